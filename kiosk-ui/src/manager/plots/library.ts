/** The drawing library is many times the page, so that only a page with plots loads it, and only once. */
type Library = typeof import('./echarts');

let loading: Promise<Library> | null = null;

export function library(): Promise<Library> {
  loading ??= import('./echarts').catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}
