import { drawAnew, leftBelow, scrollerOf, viewEnd } from './scrolling.ts';

/** Milliseconds within which an answer is the doing of the press: half of what browsers grant it, as it has to be drawn too. */
const atOnce = 250;

/** How high a room is, how high it would be without being kept, and how far what holds it was scrolled, in pixels. */
interface Room {
  name: string | undefined;
  height: number;
  own: number;
  scrolled: number;
}

export interface Rooms {
  /** Somebody presses or writes: what becomes less with that may. */
  free(): void;
  /** The page changed: keeps the height of what became less by itself. */
  keep(): void;
  /** Takes what was awaited back to what is in it, as far as the page needs no scrolling for it. */
  fit(): void;
}

const marked = () => document.querySelectorAll<HTMLElement>('[data-room]');

/**
 * What is marked `data-room`, with the name of what is in it, keeps its height when an answer makes that less, until somebody presses or writes the
 * next time: what lies below it stays where it is. Another name begins anew. With `data-awaited` it is of what somebody asked for, and goes back to
 * what is in it as soon as they look at that, or at nothing below it, which comes up drawn anew.
 */
export function keepRooms(): Rooms {
  const known = new WeakMap<HTMLElement, Room>();
  /** What is less now is the doing of a press. */
  let pressed = false;
  let ending: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    for (const one of marked()) {
      const { dataset: { room: name }, style } = one;
      const before = known.get(one);
      if (before && (pressed || before.name !== name)) style.minHeight = '';
      const height = one.getBoundingClientRect().height;
      if (before && !pressed && before.name === name && height < before.height) {
        const scroller = scrollerOf(one);
        const cut = before.scrolled > scroller.scrollHeight - scroller.clientHeight;
        before.own = height;
        style.minHeight = `${before.height}px`;
        if (cut) scroller.scrollTop = before.scrolled; // the page was too short for it only until now
      } else known.set(one, { name, height, own: style.minHeight ? ownHeight(one) : height, scrolled: scrollerOf(one).scrollTop });
    }
  };
  const free = () => {
    pressed = true;
    keep();
    clearTimeout(ending);
    ending = setTimeout(() => { pressed = false; }, atOnce);
  };
  const fit = () => {
    for (const one of marked()) {
      const room = known.get(one);
      if (!room || !('awaited' in one.dataset) || room.own >= room.height || one.style.minHeight === '') continue;
      const { top, bottom } = one.getBoundingClientRect();
      const end = viewEnd(one);
      const looked = top + room.own > 0 && top < end;
      const less = bottom >= end || looked ? Math.min(room.height - room.own, leftBelow(one)) : 0;
      if (less < 1) continue;
      room.height -= less;
      one.style.minHeight = `${room.height}px`;
      drawAnew(one);
    }
    for (const one of marked()) Object.assign(known.get(one) ?? {}, { scrolled: scrollerOf(one).scrollTop });
  };
  return { free, keep, fit };
}

/** How high an element would be without a room that is kept for it. */
function ownHeight(one: Element): number {
  const { top } = one.getBoundingClientRect();
  const ends = [...one.children].filter((child) => child.getClientRects().length > 0).map((child) => child.getBoundingClientRect().bottom);
  const { paddingBottom, borderBottomWidth } = getComputedStyle(one);
  return Math.max(top, ...ends) - top + parseFloat(paddingBottom) + parseFloat(borderBottomWidth);
}
