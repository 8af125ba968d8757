// What a browser has of a large boundary set: a file is imported, published, drawn on, compared, published and rolled back, and after each step it is
// said how long that took, how many answers of the API came, how large the largest was before compression, and what the page's heap holds. The
// server, which weighs its answers, is at WEIGE_URL; see scripts/bench. It reports, and fails only when something cannot be measured.
import { loadavg } from 'node:os';
import { chromium } from 'playwright-core';

const base = process.env.WEIGE_URL;
const [, , file, slack] = process.argv;
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-gl=angle', '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader'];
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, timeout: 60_000 });
let failed = false;
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })).newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => console.log(`page error: ${error.message}`));
  const session = await page.context().newCDPSession(page);
  const button = (name) => page.getByRole('button', { name, exact: true });

  async function heap() {
    for (let again = 0; again < 2; again++) await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  }

  const answers = async () => (await fetch(`${base}/bench/answers`)).json();

  /** Makes a step, and says what it took. */
  async function step(name, work) {
    await answers();
    const began = performance.now();
    try {
      await work();
      const took = (performance.now() - began) / 1000;
      const { answers: count, bytes, sent, largest, what } = await answers();
      console.log(`  ${name.padEnd(28)} ${took.toFixed(2).padStart(6)} s  ${String(count).padStart(3)} answers, ${megabytes(bytes)} MB (${megabytes(sent)} sent); largest ${megabytes(largest)} MB ${what}; heap ${megabytes(await heap())} MB`);
    } catch (error) {
      failed = true;
      console.log(`  ${name.padEnd(28)} FAILED: ${String(error.message).split('\n')[0]}; the page says: ${(await page.locator('[role=alert]').allTextContents()).join(' ')}`);
      throw error;
    }
  }

  const drawn = async () => {
    await page.locator('.map-frame[data-stage=drawn]').waitFor();
    await settled();
  };
  const settled = () => page.evaluate(() => new Promise((resolve) => {
    const { map } = document.querySelector('weige-sketch').owner;
    const look = () => { if (map.loaded() && map.areTilesLoaded()) resolve(); else map.once('idle', look); };
    look();
  }));
  const edited = (press) => Promise.all([page.waitForResponse((one) => one.url().endsWith('/edits')), press()]).then(async ([answer]) => {
    await page.locator('.saying').filter({ hasNotText: 'Saving' }).waitFor();
    return answer.status();
  });

  await page.goto(`${base}/edit/`);
  await page.locator('.gate .primary').click();
  await page.locator('button[name=person]').filter({ hasText: /administrator/i }).first().click();
  await page.locator('table.grid tbody tr').first().waitFor();
  await step('read a file', async () => {
    await button('Import').click();
    await page.getByLabel('GeoJSON or TopoJSON file').setInputFiles(file);
    await page.getByText('This is a guess from the file.').waitFor();
    await drawn();
  });
  await step('check it', async () => {
    await page.getByLabel('Datum of the coordinates').selectOption('WGS84');
    await page.getByLabel('Metres an area may reach').fill(slack);
    await page.getByLabel('Metres an area may reach').blur();
    await button('Check').click();
    await page.locator('.card .notice[role=status]').waitFor();
  });
  await step('store and compare', async () => {
    await button('Store as a draft').click();
    await page.locator('weige-compare h2').waitFor();
    await drawn();
  });
  await step('publish', async () => {
    await button('Publish now').click();
    await page.locator('.confirm button').first().click(); // what it replaces was read
    await page.getByText('Published. This version').waitFor();
  });
  await page.goto(`${base}/edit/`);
  await page.locator('table.grid tbody tr').first().waitFor();
  await step('begin a drawing', async () => {
    await page.locator('tbody tr').filter({ has: page.getByText('In force', { exact: true }) }).getByRole('button', { name: 'Draw', exact: true }).click();
    await page.locator('weige-drawing .tools').waitFor();
    await drawn();
  });
  const codes = await page.locator('weige-drawing .pair select').last().locator('option').evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
  const code = codes[Math.floor(codes.length / 2)];
  await step('choose an area', async () => {
    await page.locator('weige-drawing .pair select').last().selectOption(code);
    await button('Next point').waitFor();
    await settled();
  });
  await step('move a point', async () => {
    for (let tried = 0; tried < 10; tried++) {
      await button('Next point').click();
      const lon = page.locator('input[name=lon]');
      await lon.fill((Number(await lon.inputValue()) + 1e-6).toFixed(7));
      if ((await edited(() => button('Move here').click())) === 200) return settled();
    }
    throw new Error('no point can be moved');
  });
  await step('undo', () => edited(() => button('Undo').click()));
  await step('redo', () => edited(() => button('Redo').click()));
  await step('merge two', async () => {
    await button('Merge').click();
    const beside = page.locator('.step-form select');
    for (const other of await beside.locator('option').evaluateAll((all) => all.map((one) => one.value).filter(Boolean))) {
      await beside.selectOption(other);
      if ((await edited(() => button('Make one of them').click())) === 200) return settled();
    }
    throw new Error('no two areas can be merged');
  });
  const pictures = await page.evaluate(async () => {
    const { map } = document.querySelector('weige-sketch').owner;
    map.fitBounds(document.querySelector('weige-sketch').bounds, { animate: false });
    await new Promise((resolve) => { map.once('idle', resolve); map.triggerRepaint(); });
    let frames = 0;
    map.on('render', () => { frames++; });
    const began = performance.now();
    let now = began;
    while (now < began + 3000) {
      const angle = (now - began) / 400;
      map.panBy([8 * Math.cos(angle), 8 * Math.sin(angle)], { animate: false });
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      now = performance.now();
    }
    return (frames * 1000) / (now - began);
  });
  console.log(`  whole, panned: ${pictures.toFixed(1)} pictures a second, drawn by the processor; heap ${megabytes(await heap())} MB`);
  if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });
  await step('store and compare', async () => {
    await button('Finish…').click();
    await button('Store as a draft and compare').click();
    await page.getByRole('heading', { name: 'Publish', exact: true }).waitFor();
    await drawn();
  });
  await step('publish', async () => {
    await button('Publish now').click();
    await page.locator('.confirm button').first().click(); // what it replaces was read
    await page.getByText('Published. This version').waitFor();
  });
  await step('open again', async () => {
    await button('Versions').click();
    await page.locator('table.grid tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'Go on drawing', exact: true }).first().click();
    await page.locator('weige-drawing .tools').waitFor();
    await drawn();
  });
  console.log(`  load ${loadavg()[0].toFixed(1)}`);
} catch (error) {
  if (!failed) throw error;
  process.exitCode = 1;
} finally {
  await browser.close();
}
