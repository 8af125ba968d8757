import { expect, it } from 'vitest';
import { caseworkCatalogues } from '../../src/locale/casework.ts';
import { INK } from '../../src/map/style.ts';
import type { Duty, Filed } from '../../src/contract/schemas.ts';
import { Visit } from './browser.ts';
import { pairs, pairsOn } from './pairs.ts';
import { findInList, demo, describe, dropPin, send, signIn, texts } from './steps.ts';
import { withServer } from './with-server.ts';

const notLoaded = /Failed to load resource/;

withServer('when something is amiss', (on) => {
  it.each(pairs(['phone', 'zh']))('a map that came without its areas draws them once the network works, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    visit.expectComplaint(/Failed to load resource|Failed to fetch|AJAXError/);
    const { page, context } = visit;
    // Whatever is asked for before the network works fails once it is cut.
    let [works, asked] = [false, 0];
    let cut = (): void => undefined;
    const isCut = new Promise<void>((done) => { cut = done; });
    await context.route(/\/tiles\//, async (route) => {
      asked++;
      await isCut;
      await (works ? route.continue() : route.abort('internetdisconnected'));
    });
    await visit.open('/');
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(0);
    await context.setOffline(true);
    cut();
    await page.getByText(t.mapOffline).waitFor();
    expect(await groundShown(visit), 'part of the map that is ground').toBeLessThan(0.01);
    await visit.check('a map without its areas');
    // The browser says that it is online before anything gets through.
    const before = asked;
    await context.setOffline(false);
    await expect.poll(() => asked).toBeGreaterThan(before);
    await page.getByText(t.mapTilesMissing).waitFor();
    works = true;
    await page.locator('.map-trouble').waitFor({ state: 'detached' });
    await expect.poll(() => groundShown(visit), { timeout: 10_000 }).toBeGreaterThan(0.3);
    await visit.picture('map-asked-again');
    await visit.end();
  });

  it.each(pairsOn('desktop', 'zh'))('a report is filed with the keyboard alone where no map can be drawn, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(await on.blind(), on.server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    await page.getByText(t.mapUnavailable).waitFor();
    await visit.check('report without a map');
    // From here on there is no mouse.
    const to = async (selector: string) => {
      for (let tabs = 0; tabs < 60; tabs++) {
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`${selector} cannot be reached with Tab`);
    };
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    const { levels } = await demo(on.server.url);
    // A coarsest level of one area is not asked for.
    for (const level of [...levels.keys()].slice(await page.locator('#area-0').count() ? 0 : 1)) {
      const located = visit.answer('GET', /\/locate$/);
      await to(`#area-${level}`);
      await page.keyboard.press('ArrowDown');
      expect((await located).status()).toBe(200);
    }
    await expect.poll(() => page.locator('.chain li').count()).toBe(levels.length);
    await to('#service_code');
    await page.keyboard.press('ArrowDown');
    await to('#description');
    await page.keyboard.type('没有地图也能上报');
    await to('.send button.primary');
    await visit.picture('without-map', { whole: true });
    const filing = visit.answer('POST', /\/reports$/);
    await page.keyboard.press('Enter');
    expect((await filing).status()).toBe(201);
    await page.locator('#filed').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('filed');
    await to('.filed a.primary');
    await page.keyboard.press('Enter');
    await page.locator('.tracked').waitFor();
    await page.getByText(t.mapUnavailableTrack).waitFor();
    await visit.check('track without a map');
    await visit.end();
  });

  it.each(pairsOn('desktop', 'en'))('the pin goes by keyboard, and the device says where it is, on a %s in %s', async (device, language) => {
    const spot = await inside(on.server.url);
    const visit = await Visit.begin(on.browser, on.server.url, { device, language, geolocation: { ...spot, accuracy: 40 } });
    const { page } = visit;
    const t = texts(language);
    await visit.open('/');
    await visit.mapDrawn();
    await page.getByRole('button', { name: t.useCentre }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.chain li').first().waitFor();
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('pin');
    const asked = page.waitForRequest(/\/locate\?/);
    await page.keyboard.press('ArrowRight');
    const first = new URL((await asked).url()).searchParams;
    const again = page.waitForRequest(/\/locate\?/);
    await page.keyboard.press('ArrowUp');
    const second = new URL((await again).url()).searchParams;
    expect(Number(second.get('lat'))).toBeGreaterThan(Number(first.get('lat')));
    expect(Number(second.get('lon'))).toBeCloseTo(Number(first.get('lon')), 5);
    const located = page.waitForRequest(/\/locate\?/);
    await page.getByRole('button', { name: t.whereAmI }).click();
    const found = new URL((await located).url()).searchParams;
    expect([Number(found.get('lon')), Number(found.get('lat')), Number(found.get('accuracy'))]).toEqual([spot.longitude, spot.latitude, 40]);
    await page.locator('.chain li').first().waitFor();
    await visit.picture('where-am-i');
    await visit.check('located by the device');
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('coordinates of another datum are moved, and a place outside is no error, on a %s in %s', async (device, language) => {
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    const { page } = visit;
    const t = texts(language);
    const spot = await inside(on.server.url);
    await visit.open('/');
    await visit.press('summary');
    await visit.write('#coordinate-lon', 'east');
    await visit.press(page.getByRole('button', { name: t.useCoordinates }));
    await page.getByText(t.badLongitude).waitFor();
    await visit.write('#coordinate-lon', String(spot.longitude));
    await visit.write('#coordinate-lat', String(spot.latitude));
    await visit.choose('#coordinate-datum', 'GCJ02');
    await visit.press(page.getByRole('button', { name: t.useCoordinates }));
    // GCJ-02 lies some 550 m off here, so that the place in WGS 84 must be another.
    await expect.poll(async () => Math.abs(Number(await page.locator('#coordinate-lon').inputValue()) - spot.longitude)).toBeGreaterThan(0.001);
    await visit.write('#coordinate-lon', '0');
    await visit.write('#coordinate-lat', '0');
    await visit.choose('#coordinate-datum', 'WGS84');
    await visit.press(page.getByRole('button', { name: t.useCoordinates }));
    await page.getByText(t.outside).waitFor();
    await describe(visit, '在网格之外');
    await visit.picture('outside', { whole: true });
    const filed = await send(visit);
    expect(filed.assignee.queue).toBe(true);
    await visit.check('filed outside');
    await visit.end();
  });

  it.each(pairs(['desktop', 'en']))('a draft outlives the page, contact details do not, on a %s in %s', async (device, language) => {
    const [t, other] = [texts(language), texts(language === 'zh' ? 'en' : 'zh')];
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    await dropPin(visit, -30, 25);
    await describe(visit, 'A draft');
    await visit.write('#contact-email', 'not an address');
    await visit.press('.send button.primary');
    await page.getByRole('link', { name: t.badEmail }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('contact-email');
    await visit.check('wrong e-mail address');
    await visit.picture('field-wrong');
    await page.reload();
    await page.locator('.chain li').first().waitFor();
    expect(await page.locator('#description').inputValue()).toBe('A draft');
    expect(await page.locator('#contact-email').inputValue()).toBe('');
    await page.getByRole('button', { name: t.languageSwitch }).click();
    expect(await page.locator('html').getAttribute('lang')).toBe(other.lang);
    await page.reload();
    await page.getByRole('heading', { name: other.titleReport }).waitFor();
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('a wrong tracking code is told apart from no connection, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    visit.expectComplaint(notLoaded);
    const { page } = visit;
    // An address of nothing leads back, and a script that is not there is no page.
    expect((await page.goto(`${on.server.url}/nothing/`))?.status()).toBe(404);
    await page.locator('h1').waitFor();
    await visit.check('nothing there');
    await visit.picture('nothing-there');
    const script = await fetch(`${on.server.url}/assets/none`);
    expect([script.status, script.headers.get('content-type')?.split(';')[0]]).toEqual([404, 'text/plain']);
    await visit.open('/track/');
    await visit.check('track, empty');
    await visit.press('.ask button');
    await page.getByText(t.trackNeedCode).waitFor();
    await visit.write('#code', 'AAAA-BBBB-CCCC-DDDD-EEEE');
    await visit.press('.ask button');
    await page.getByText(t.trackUnknown).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await visit.check('track, wrong code');
    await visit.picture('track-wrong');
    await visit.context.route(/\/reports\/track\//, (route) => route.fulfill({ status: 429, headers: { 'Retry-After': '241' }, contentType: 'application/json', body: '{"code":"too_many","message":"Later."}' }));
    await visit.press('.ask button');
    await page.getByText(t.trackTooMany(5)).waitFor();
    await visit.context.unroute(/\/reports\/track\//);
    await visit.context.setOffline(true);
    await visit.press('.ask button');
    await page.getByText(t.trackFailed).waitFor();
    await visit.context.setOffline(false);
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh']))('a dispatcher who was too slow sees how it is now, on a %s in %s', async (device, language) => {
    let report = '';
    const open = async () => {
      const visit = await Visit.begin(on.browser, on.server.url, { device, language });
      await visit.open('/dispatch/');
      await signIn(visit, /street dispatcher/i);
      report ||= (await visit.page.locator('.entry').first().getAttribute('data-report')) ?? ''; // the same for both, wherever it stands by then
      await findInList(visit, report);
      await visit.page.locator(`[data-report="${report}"]`).click();
      await visit.page.locator('weige-panel .words').waitFor();
      return visit;
    };
    const [quick, slow] = [await open(), await open()];
    slow.expectComplaint(notLoaded);
    for (const visit of [quick, slow]) {
      await visit.press('[data-step=reassigned]');
      await visit.choose('#reassign-area', '-');
      await visit.write('#reassign-reason', '先放回队列');
    }
    await quick.page.locator('weige-reassign button.primary').click();
    await quick.page.locator('.outcome').waitFor();
    await slow.page.locator('weige-reassign button.primary').click();
    await slow.page.locator('.outcome.warn').waitFor();
    expect(await slow.page.locator('weige-panel .timeline li').count()).toBe(await quick.page.locator('weige-panel .timeline li').count());
    await slow.check('conflict');
    await slow.picture('conflict');
    // It is in the queue already: the same again is refused, something else is not.
    await slow.page.locator('weige-reassign button.primary').click();
    await slow.page.getByText(caseworkCatalogues[language].reassignRefusedPerson).waitFor();
    await slow.choose('#reassign-area', { index: 2 });
    await slow.page.locator('weige-reassign button.primary').click();
    await slow.page.locator('.outcome:not(.warn, .bad)').waitFor();
    await quick.end();
    await slow.end();
  });

  it.each(pairs(['phone', 'zh']))('a step whose answer is lost is found out about, and leaves no hole, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await Visit.begin(on.browser, on.server.url, { device, language, slow: true });
    const { page, context } = visit;
    visit.expectComplaint(notLoaded);
    await visit.open('/dispatch/');
    await signIn(visit, /street dispatcher/i);
    await visit.press(page.locator('.entry').first());
    await page.locator('weige-panel .words').waitFor();
    // It arrives, and the answer does not; what is heard of the report then is one's own doing.
    await context.route(/\/remarks$/, async (route) => {
      await route.fetch();
      return route.abort('connectionreset');
    }, { times: 1 });
    await visit.press('[data-step=remarked]');
    const words = `已联系物业 ${device} ${language}`;
    await visit.write('#step-reason', words);
    await visit.press('.step-form button.primary');
    await page.locator('.outcome').getByText(s.stepUnsent).or(page.locator('.outcome:not(.bad)')).first().waitFor();
    await page.locator('.outcome:not(.bad)').waitFor();
    expect(await page.locator('.panel-news .notice').count(), 'nobody else is blamed').toBe(0);
    expect(await page.locator('.timeline').getByText(words).count()).toBe(1);
    await visit.picture('lost-answer');
    const hole = () => page.locator('weige-steps').evaluate((one) => one.getBoundingClientRect().bottom - (one.lastElementChild?.getBoundingClientRect().bottom ?? 0));
    await expect.poll(hole).toBeLessThan(60); // a busy machine draws it later
    // What is changed before it is found out about is neither recorded nor lost.
    await context.route(/\/remarks$/, async (route) => {
      await route.fetch();
      await page.locator('#step-reason').fill(`${words}，明天到场`);
      return route.abort('connectionreset');
    }, { times: 1 });
    await visit.press('[data-step=remarked]');
    await visit.write('#step-reason', `${words}，今天到场`);
    await visit.press('.step-form button.primary');
    await page.locator('.outcome').getByText(s.stepChangedSince).waitFor();
    expect(await page.locator('#step-reason').inputValue()).toBe(`${words}，明天到场`);
    expect([await page.locator('.timeline').getByText(`${words}，今天到场`).count(), await page.locator('.timeline').getByText(`${words}，明天到场`).count()]).toEqual([1, 0]);
    await visit.check('changed before it was found out about');
    await visit.picture('lost-answer-changed');
    await visit.press(page.getByRole('button', { name: s.stepCancel }));
    await page.locator('.step-form').waitFor({ state: 'detached' });
    // Without a network nothing is sent, which is told from what may have been done; the list says that it is not the latest.
    await context.setOffline(true);
    await visit.press('[data-step=remarked]');
    await visit.write('#step-reason', `${words}，没有网络`);
    await visit.press('.step-form button.primary');
    await page.locator('.outcome.bad').getByText(s.stepNotSent, { exact: true }).waitFor();
    await visit.check('a step that was not sent');
    await visit.picture('not-sent');
    await visit.press(page.getByRole('button', { name: s.stepCancel }));
    await visit.press('.panel-head button');
    const cut = page.locator('weige-fresh .chip.waiting').filter({ hasText: s.freshCut });
    await cut.waitFor();
    await visit.check('cut off');
    await visit.picture('desk-cut-off');
    await context.setOffline(false);
    await cut.waitFor({ state: 'detached' });
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('a member sees only their own and is offered no reassigning, on a %s in %s', async (device, language) => {
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    const { page } = visit;
    await visit.open('/dispatch/');
    const member = await signIn(visit, /leader/i);
    const { others, own } = await handTo(on.server.url, member);
    await page.getByRole('button', { name: texts(language).refresh }).click();
    await page.locator(`[data-report="${own}"]`).waitFor();
    expect(await page.locator(`[data-report="${others}"]`).count()).toBe(0);
    await visit.check('member');
    await visit.picture('member');
    await visit.press(`[data-report="${own}"]`);
    await page.locator('weige-panel .words').waitFor();
    expect(await page.locator('[data-step=reassigned]').count()).toBe(0);
    await visit.check('member, one report');
    await visit.picture('member-report', { whole: true });
    await visit.end();
  });
});

/** Files two reports and has the dispatcher hand one of them to a person; by the API, since this is not what is being looked at. */
async function handTo(url: string, person: string): Promise<{ others: string; own: string }> {
  const spot = await inside(url);
  const file = async () => {
    const body = { service_code: (await demo(url)).services[0]?.service_code, lon: spot.longitude, lat: spot.latitude, description: '请网格长看一下' };
    return (await post(`${url}/v1/demo/reports`, body)) as Filed;
  };
  const [others, own] = [await file(), await file()];
  const form = new URLSearchParams({ person: 'street-dispatcher' });
  const { access_token } = (await (await fetch(`${url}/issuer/demo-token`, { method: 'POST', body: form })).json()) as { access_token: string };
  const bearer = { Authorization: `Bearer ${access_token}` };
  const { duties } = (await (await fetch(`${url}/v1/demo/roster`, { headers: bearer })).json()) as { duties: Duty[] };
  const area = duties.find((duty) => duty.person === person)?.area;
  if (!area) throw new Error(`the roster does not name ${person}`);
  await post(`${url}/v1/demo/reports/${own.report}/reassignment`, { area, person, reason: '请就近看一下', version: 1 }, bearer);
  return { others: others.report, own: own.report };
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A place inside the demo's areas: where the name of some finest area stands. */
async function inside(url: string): Promise<{ longitude: number; latitude: number }> {
  const { boundary_set } = await demo(url);
  const areas = (await (await fetch(`${url}/v1/demo/boundary-sets/${boundary_set}/areas?geometry=false`)).json()) as { features: { properties: { label: [number, number] } }[] };
  const at = areas.features.at(-100)?.properties.label;
  if (!at) throw new Error('the demo has no areas');
  return { longitude: Number(at[0].toFixed(6)), latitude: Number(at[1].toFixed(6)) };
}

/** How much of the map has the colour of the ground of areas, from 0 to 1. */
async function groundShown({ page }: Visit): Promise<number> {
  const shot = (await page.locator('canvas.maplibregl-canvas').screenshot()).toString('base64');
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(INK.ground.slice(at, at + 2), 16)) as [number, number, number];
  return await page.evaluate(async ([png, colour]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const drawn = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height }).getContext('2d');
    drawn?.drawImage(image, 0, 0);
    const { data = [] } = drawn?.getImageData(0, 0, image.width, image.height) ?? {};
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (colour.every((part, at) => Math.abs((data[i + at] ?? 0) - part) < 4)) count++;
    return (4 * count) / data.length;
  }, [shot, [red, green, blue]] as const);
}
