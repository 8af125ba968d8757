/** Runs one at a time, also among several windows of this phone; whoever comes while one runs goes after it. */
export async function alone<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return await run();
  return (await navigator.locks.request(name, run)) as T;
}
