/** A code among other words: four groups of five, with hyphens as it is shown, or as people write it down. */
const forms = [/\b[0-9a-z]{5}(?:-[0-9a-z]{5}){3}\b/i, /\b[0-9a-z]{5}(?:[\s-]*[0-9a-z]{5}){3}\b/i];

/** A tracking code as it is sent: without spaces and without the words around it; the server disregards case and hyphens. */
export function tidyCode(typed: string): string {
  const text = typed.normalize('NFKC');
  const found = forms.map((form) => form.exec(text)?.[0]).find(Boolean) ?? text;
  return found.replace(/\s+/g, '').slice(0, 64);
}

/** The tracking code in the fragment of an address, or ''. */
export function codeIn(hash: string): string {
  try {
    return tidyCode(decodeURIComponent(hash.replace(/^#/, '')));
  } catch {
    return ''; // a percent sign that encodes nothing
  }
}
