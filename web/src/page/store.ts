/** The device's own store, or undefined where the browser forbids it. */
export function store(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
