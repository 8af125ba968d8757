import { expect, it } from 'vitest';
import { followCatalogues } from '../../src/locale/follow.ts';
import { fileAt, handsOf, placesOf } from './api.ts';
import { Visit } from './browser.ts';
import { demo, texts } from './steps.ts';
import { withServer } from './with-server.ts';

withServer('a report that somebody meets too', (on) => {
  it('is followed with one tap where the browser may be told', async () => {
    const [t, f] = [texts('en'), followCatalogues.en];
    const place = (await placesOf(on.server.url, await handsOf(on.server.url, 'street-dispatcher')))[3] ?? { lon: 0, lat: 0 };
    const { report } = await fileAt(on.server.url, place, 'The lamp is dark');
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en', geolocation: { longitude: place.lon, latitude: place.lat, accuracy: 8 } });
    const { page } = visit;
    await visit.context.grantPermissions(['geolocation', 'notifications'], { origin: on.server.url });
    // A push service is somewhere else, and no test asks anybody there: the browser gives an address as if it had.
    await visit.context.addInitScript(() => {
      PushManager.prototype.getSubscription = () => Promise.resolve(null);
      PushManager.prototype.subscribe = () => Promise.resolve({ toJSON: () => ({ endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }) } as unknown as PushSubscription);
    });
    const asked: unknown[] = [];
    await page.route(/\/subscriptions$/, (route) => {
      asked.push(route.request().postDataJSON());
      return route.fulfill({ status: 201, contentType: 'application/json', body: JSON.stringify({ status: 'active', token: 'token-of-this-browser' }) });
    });
    await visit.open('/');
    await visit.mapDrawn();
    await visit.press('.find-me');
    await page.locator('.chain li').first().waitFor();
    await visit.choose('#service_code', (await demo(on.server.url)).services[0]?.service_code ?? '');
    await visit.press(page.locator('.similar li').first().getByRole('button', { name: t.meToo }));
    await page.getByText(f.active).waitFor();
    expect(asked).toEqual([{ report, push: { endpoint: 'https://push.example/1', p256dh: 'p', auth: 'a' }, locale: 'en', daily: false }]);
    await visit.check('followed with one tap');
    await visit.picture('me-too-followed');
    await visit.end();
  });
});
