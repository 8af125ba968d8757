/** What a key asks for while somebody draws. */
export type Command = 'undo' | 'redo' | 'drop' | 'escape';

/** Ctrl-Z and Ctrl-Y as everywhere, Delete for the point that is chosen, Escape for a line or a choice; not while somebody writes. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.defaultPrevented || event.altKey || (event.target as Element).closest?.('input, select, textarea')) return undefined;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : undefined;
  return key === 'delete' || key === 'backspace' ? 'drop' : key === 'escape' ? 'escape' : undefined;
}
