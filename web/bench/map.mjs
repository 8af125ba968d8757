// What a browser has of many open reports: the memory of the dispatcher's page, and how fast its map is moved at zoom 12, beside the same map
// without them, in turns. The server is at WEIGE_URL; see scripts/bench. It reports, and fails only when something cannot be measured.
import { loadavg } from 'node:os';
import { chromium } from 'playwright-core';

const base = process.env.WEIGE_URL;
const rounds = Number(process.argv[2] ?? 5);
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader'];

/** Pictures a second while the map at `zoom` goes round for some seconds. `shown`: with what tells of reports, or the boundaries alone. */
function pan(page, shown, zoom) {
  return page.evaluate(async ([shown, zoom]) => {
    const { map } = document.querySelector('weige-map').owner;
    const centre = map.getCenter();
    for (const layer of map.getStyle().layers) {
      const tells = layer.source && (layer.source !== 'boundaries' || layer.id.startsWith('shade'));
      if (tells) map.setLayoutProperty(layer.id, 'visibility', shown ? 'visible' : 'none');
    }
    map.jumpTo({ zoom });
    await new Promise((resolve) => { map.once('idle', resolve); map.triggerRepaint(); });
    let frames = 0;
    const drawn = () => { frames++; };
    map.on('render', drawn);
    const began = performance.now();
    let now = began;
    while (now < began + 3000) {
      const angle = (now - began) / 400;
      map.panBy([8 * Math.cos(angle), 8 * Math.sin(angle)], { animate: false });
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      now = performance.now();
    }
    map.off('render', drawn);
    map.jumpTo({ center: centre });
    return (frames * 1000) / (now - began);
  }, [shown, zoom]);
}

/** Megabytes of the page's heap after garbage was collected. */
async function heap(session) {
  for (let again = 0; again < 2; again++) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
}

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, timeout: 60_000 });
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN' })).newPage();
  page.setDefaultTimeout(90_000);
  await page.goto(`${base}/dispatch/`);
  await page.locator('.gate .primary').click();
  await page.locator('button[name=person][value=street-dispatcher]').click();
  await page.locator('.map-frame[data-stage=drawn]').waitFor();
  await page.locator('.entry').first().waitFor();
  const session = await page.context().newCDPSession(page);
  const at12 = await heap(session);
  const rates = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    for (const shown of round % 2 ? [false, true] : [true, false]) rates[shown ? 'with' : 'without'].push(await pan(page, shown, 12));
  }
  const close = await pan(page, true, 15.5);
  await page.evaluate(() => new Promise((resolve) => { const { map } = document.querySelector('weige-map').owner; map.once('idle', resolve); map.triggerRepaint(); }));
  const at16 = await heap(session);
  if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });
  const list = (all) => all.map((one) => one.toFixed(1)).join(' ');
  const ratio = middle(rates.with) / middle(rates.without);
  console.log(`load ${loadavg()[0].toFixed(1)}. Heap of the page ${at12.toFixed(1)} MB whole, ${at16.toFixed(1)} MB close up with single reports (≤ 60)`);
  console.log(`pan at zoom 12: ${ratio.toFixed(2)} of the pictures a second of the map without reports (≥ 0.7): ${list(rates.with)} to ${list(rates.without)}; close up ${close.toFixed(1)}`);
} finally {
  await browser.close();
}
