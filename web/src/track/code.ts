/** A tracking code as it is sent: without spaces; the server disregards case and hyphens. */
export function tidyCode(typed: string): string {
  return typed.normalize('NFKC').replace(/\s+/g, '').slice(0, 64);
}

/** The tracking code in the fragment of an address, or ''. */
export function codeIn(hash: string): string {
  try {
    return tidyCode(decodeURIComponent(hash.replace(/^#/, '')));
  } catch {
    return ''; // a percent sign that encodes nothing
  }
}
