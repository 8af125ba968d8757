/** Milliseconds and pixels within which two presses are two taps of one. */
const soon = 350;
const near = 24;

/**
 * Whether a press is the second tap on something that went away with the first: what has come to lie there was not meant. Times in milliseconds,
 * places in pixels of the window.
 */
export function isSecondTap(first: Press | undefined, second: Press, stays: boolean): boolean {
  return first !== undefined && !stays && second.at - first.at < soon && Math.hypot(second.x - first.x, second.y - first.y) < near;
}

export interface Press { at: number; x: number; y: number }

/** What is pressed as one: a click within it is one on it. */
const pressable = 'button, a, label, summary, select, input, textarea';

let listening = false;

/** Keeps second taps on what went away from pressing what came in its place, on the whole page. */
export function ignoreSecondTaps(): void {
  if (listening) return;
  listening = true;
  let first: (Press & { on: Element }) | undefined;
  const ignore = (event: MouseEvent): void => {
    if (event.detail === 0 || !(event.target instanceof Element)) return; // by key, or by a label for its field
    const press = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    const on = event.target.closest(pressable) ?? event.target;
    if (isSecondTap(first, press, on === first?.on)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.type === 'click') {
      first = on.matches('button') ? { ...press, on } : undefined;
    }
  };
  document.addEventListener('mousedown', ignore, { capture: true }); // which would take the keyboard there
  document.addEventListener('click', ignore, { capture: true });
}
