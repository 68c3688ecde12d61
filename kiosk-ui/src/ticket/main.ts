import { mount } from 'svelte';
import '../theme/theme.css';
import Ticket from './Ticket.svelte';

const target = document.getElementById('page');
if (target) mount(Ticket, { target });
