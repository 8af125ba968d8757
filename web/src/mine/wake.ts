import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells when the network comes or goes or the page is seen again or no more, and when the phone's Back is used. */
export class Wake implements ReactiveController {
  constructor(host: ReactiveControllerHost, private readonly again: () => void, private readonly back: () => void) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const event of ['online', 'offline']) window.addEventListener(event, this.again);
    document.addEventListener('visibilitychange', this.again);
    window.addEventListener('popstate', this.back);
  }

  hostDisconnected(): void {
    for (const event of ['online', 'offline']) window.removeEventListener(event, this.again);
    document.removeEventListener('visibilitychange', this.again);
    window.removeEventListener('popstate', this.back);
  }
}
