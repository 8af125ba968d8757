import type { Client } from '../contract/client.ts';
import type { PushInput } from './schemas.ts';

/** The browser does not let us show notifications. */
export class Denied extends Error {}

/** Whether this browser can be pushed to at all. */
export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Lets this browser be pushed to, and gives where it is reached. To be called at the press of a button, because it asks. Throws `Denied`. */
export async function pushAddress(client: Client): Promise<PushInput> {
  if ((await Notification.requestPermission()) !== 'granted') throw new Denied('no notifications');
  const { key } = await client.get('/v1/{jurisdiction}/push-key', {});
  // A scope of its own, so that it comes between no page and the server.
  const registration = await navigator.serviceWorker.register('/push.js', { scope: '/subscribe/' });
  await active(registration);
  const there = await registration.pushManager.getSubscription();
  const made = there ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const { endpoint, keys } = made.toJSON();
  if (!endpoint || !keys?.['p256dh'] || !keys['auth']) throw new TypeError('a push subscription without keys');
  return { endpoint, p256dh: keys['p256dh'], auth: keys['auth'] };
}

/** Waits until a service worker runs: one that is being installed takes no push subscription. */
async function active(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.installing ?? registration.waiting;
  if (!worker || worker.state === 'activated') return;
  await new Promise<void>((done, failed) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') done();
      if (worker.state === 'redundant') failed(new Error('the service worker was not installed'));
    });
  });
}
