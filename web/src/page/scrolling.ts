/** What scrolls an element: the nearest room around it that can, or the page. */
export function roomOf(at: Element): Element | Window {
  for (let room = at.parentElement; room && room !== document.body; room = room.parentElement) {
    if (room.scrollHeight > room.clientHeight && /auto|scroll/.test(getComputedStyle(room).overflowY)) return room;
  }
  return window;
}

/** How far an element's room and the page are scrolled, together, in pixels. */
export function scrolledBy(at: Element): number {
  const room = roomOf(at);
  return scrollY + (room instanceof Element ? room.scrollTop : 0);
}

/** The element that scrolls an element: its room, or that of the page. */
export function scrollerOf(at: Element): Element {
  const room = roomOf(at);
  return room instanceof Element ? room : document.documentElement;
}

/** Where the part of the screen ends in which an element can be seen, in pixels from the top of the window. */
export function viewEnd(at: Element): number {
  const room = roomOf(at);
  return room instanceof Element ? Math.min(innerHeight, room.getBoundingClientRect().bottom) : innerHeight;
}

/** How far the room of an element can still be scrolled down, in pixels. */
export function leftBelow(at: Element): number {
  const { scrollHeight, scrollTop, clientHeight } = scrollerOf(at);
  return scrollHeight - scrollTop - clientHeight;
}

/** Makes the boxes of all that lies below an element in its room anew: what comes onto the screen then appears there, and was moved from nowhere. */
export function drawAnew(after: HTMLElement): void {
  const room = roomOf(after);
  const below: HTMLElement[] = [];
  for (let at: Element | null = after; at && at !== room && at !== document.body; at = at.parentElement) {
    for (let next = at.nextElementSibling; next; next = next.nextElementSibling) if (next instanceof HTMLElement && next.style.display === '') below.push(next);
  }
  const scroller = scrollerOf(after);
  const { scrollTop } = scroller;
  for (const one of below) one.style.display = 'none';
  void document.body.offsetHeight;
  for (const one of below) one.style.display = '';
  scroller.scrollTop = scrollTop; // which the shorter page did not reach
}
