import type { ReactiveController, ReactiveControllerHost } from 'lit';

const minute = 60_000;
/** How often the pause is doubled at most while no answer comes: to eight minutes. */
const doublings = 3;

export interface Woken {
  /** The network came or went, or the page is seen again or no more. */
  again(): void;
  /** The phone's Back was used. */
  back(): void;
  /** It is time to ask how the list is, though nobody pressed anything. */
  quietly(): void;
}

/** How long to wait before asking again: a minute, and longer the more often no answer came. */
export function pauseAfter(failures: number): number {
  return minute * 2 ** Math.min(failures, doublings);
}

/** Whether the page is seen and has a network. */
function awake(): boolean {
  return !document.hidden && navigator.onLine;
}

/** Tells when the network comes or goes or the page is seen again or no more, when the phone's Back is used, and when it is time to ask again. */
export class Wake implements ReactiveController {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(host: ReactiveControllerHost, private readonly woken: Woken) {
    host.addController(this);
  }

  /** Something was asked, and was answered or not: the next time is reckoned from here, so that no two run at once. */
  asked(answered: boolean): void {
    this.failures = answered ? 0 : this.failures + 1;
    this.rest();
    if (awake()) this.timer = setTimeout(this.woken.quietly, pauseAfter(this.failures));
  }

  /** Asks no more until the next time that something was asked. */
  rest(): void {
    clearTimeout(this.timer);
  }

  private readonly changed = (): void => {
    this.rest(); // whoever is back asks at once
    if (awake()) this.failures = 0;
    this.woken.again();
  };

  hostConnected(): void {
    for (const event of ['online', 'offline']) window.addEventListener(event, this.changed);
    document.addEventListener('visibilitychange', this.changed);
    window.addEventListener('popstate', this.woken.back);
  }

  hostDisconnected(): void {
    this.rest();
    for (const event of ['online', 'offline']) window.removeEventListener(event, this.changed);
    document.removeEventListener('visibilitychange', this.changed);
    window.removeEventListener('popstate', this.woken.back);
  }
}
