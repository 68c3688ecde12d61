import { post, Problem } from '../lib/api/http';
import type { CallAnswer, DeskPhase, IssuedTicket, Service } from '../lib/api/types';
import { signedIn } from '../lib/session.svelte';
import { words } from '../lib/text/index.svelte';
import { toasts } from '../lib/toasts.svelte';

export type DeskStep =
  | 'open'
  | 'close'
  | 'break'
  | 'back'
  | 'call-next'
  | 'call'
  | 'recall'
  | 'arrived'
  | 'documents'
  | 'finish'
  | 'no-show'
  | 'transfer'
  | 'park'
  | 'resume'
  | 'undo';
export type TicketStep = 'out-of-turn' | 'cancel' | 'reinstate' | 'reprint';

/** The step behind the primary button in each phase. */
export function primaryStep(phase: DeskPhase): DeskStep {
  switch (phase.kind) {
    case 'closed':
      return 'open';
    case 'free':
      return 'call-next';
    case 'break':
      return 'back';
    case 'called':
      return 'arrived';
    case 'serving':
      return 'documents';
    case 'documents':
      return 'finish';
  }
}

/** What a consultant can do; one thing at a time. */
export class DeskActions {
  busy = $state(false);

  constructor(readonly desk: number) {}

  step(step: DeskStep, body: object = {}): Promise<boolean> {
    return this.#run(async () => {
      const answer = await post<Partial<CallAnswer> | null>(`/api/v1/desks/${this.desk}/${step}`, body);
      if (step === 'call-next' && !answer?.call) toasts.say(words.t.desk.nobody);
    });
  }

  ticket(id: number, step: TicketStep, body: object = {}): Promise<boolean> {
    return this.#run(() => post(`/api/v1/tickets/${id}/${step}`, body));
  }

  issue(service: Service, outOfTurn: boolean): Promise<boolean> {
    return this.#run(async () => {
      const ticket = await post<IssuedTicket>('/api/v1/tickets', { service, out_of_turn: outOfTurn });
      toasts.say(words.t.desk.issued(ticket.number));
    });
  }

  answerHelp(kiosk: string): Promise<boolean> {
    return this.#run(() => post(`/api/v1/kiosk/${encodeURIComponent(kiosk)}/help-answered`));
  }

  async #run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await work();
      return true;
    } catch (error) {
      toasts.fail(error);
      if (error instanceof Problem && error.status === 401) void signedIn.look();
      return false;
    } finally {
      this.busy = false;
    }
  }
}
