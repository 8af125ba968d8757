// What a phone of little power on a slow line has of the pages: when the form can be used and the map is drawn, and what Lighthouse 12 says.
// The server is at WEIGE_URL; see scripts/bench. It reports, and fails only when something cannot be measured.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const base = process.env.WEIGE_URL;
/** The same server as another site. */
const elsewhere = base.replace('127.0.0.1', 'localhost') + '/healthz';
if (new URL(elsewhere).origin === new URL(base).origin) throw new Error(`WEIGE_URL has to begin with http://127.0.0.1, and is ${base}`);
const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const runs = Number(process.argv[2] ?? 5);
const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const drawing = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** 4 times slower than this machine, 1.6 Mbit/s down, 0.75 up, 150 ms: what Lighthouse calls a slow 4G. */
const slow = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (0.75 * 1024 * 1024) / 8 };
const pages = [
  { path: '/', usable: 'weige-report textarea', map: true },
  { path: '/track/', usable: 'weige-track input' },
  { path: '/mine/', usable: 'weige-mine button' },
];

/** Milliseconds from the start of the navigation to the first paint, to a field that can be written in, to the map, of a first visit. */
async function visit(browser, { path, usable, map }) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'zh-CN' });
  try {
    const page = await context.newPage();
    await page.addInitScript((usable) => {
      const seen = (globalThis.seen = {});
      const look = () => {
        const field = document.querySelector(usable);
        if (field && !field.disabled && field.getClientRects().length > 0) seen.usable ??= performance.now();
        if (document.querySelector('weige-map')?.stage === 'drawn') seen.map ??= performance.now();
        requestAnimationFrame(look);
      };
      look();
    }, usable);
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', slow);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    // Whoever comes from another site gets a process of its own for this one; from the empty page of a new window the process is shared, and is held up for
    // a third of a second by taking that page down.
    await page.goto(elsewhere, { timeout: 60_000 });
    await page.goto(base + path, { waitUntil: 'commit', timeout: 60_000 });
    await page.waitForFunction((map) => globalThis.seen?.usable && performance.getEntriesByName('first-contentful-paint').length > 0 && (!map || globalThis.seen.map),
      map ?? false, { timeout: 60_000, polling: 100 });
    return await page.evaluate(() => ({ ...globalThis.seen, paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      bytes: performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0) }));
  } finally {
    await context.close();
  }
}

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const seconds = (all) => `${(middle(all) / 1000).toFixed(2)} s (${all.map((one) => (one / 1000).toFixed(2)).join(' ')})`;

async function throttled() {
  const browser = await chromium.launch({ executablePath: program, args: [...quiet, ...drawing], timeout: 60_000 });
  try {
    for (const page of pages) {
      const all = [];
      for (let run = 0; run < runs; run++) all.push(await visit(browser, page));
      console.log(`${page.path.padEnd(8)} first paint ${seconds(all.map((one) => one.paint))}; can be used ${seconds(all.map((one) => one.usable))}` +
        (page.map ? `; map drawn ${seconds(all.map((one) => one.map))}` : '') + `; ${Math.round(middle(all.map((one) => one.bytes)) / 1000)} KB`);
    }
  } finally {
    await browser.close();
  }
}

/** The version is written down so that scores can be compared; the package is fetched for this and is none of the client's. */
const lighthouse = 'lighthouse@12.8.2';

async function audited() {
  const folder = await mkdtemp(join(tmpdir(), 'weige-lighthouse-'));
  try {
    // The shell of the report page is what comes before its map; where nothing can be drawn, it comes alone.
    const audits = [{ path: '/', what: 'its shell', flags: ['--disable-3d-apis'] }, ...pages.map(({ path, map }) => ({ path, what: map ? 'with its map' : 'its shell', flags: drawing }))];
    for (const { path, what, flags } of audits) {
      const scores = { performance: [], accessibility: [] };
      let worst = [];
      for (let run = 0; run < Math.min(runs, 3); run++) {
        const file = join(folder, 'report.json');
        await promisify(execFile)('npx', ['--yes', lighthouse, base + path, '--quiet', '--output=json', `--output-path=${file}`, '--only-categories=performance,accessibility',
          `--chrome-flags=--headless=new ${[...quiet, ...flags].join(' ')}`], { env: { ...process.env, CHROME_PATH: program }, timeout: 180_000, maxBuffer: 64 << 20 });
        const report = JSON.parse(await readFile(file, 'utf8'));
        if (report.runtimeError) throw new Error(`${path}: ${report.runtimeError.message}`);
        for (const [name, list] of Object.entries(scores)) list.push(Math.round(report.categories[name].score * 100));
        worst = Object.values(report.categories).flatMap((category) => category.auditRefs).map((ref) => report.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode !== 'informative');
      }
      console.log(`${path.padEnd(8)} ${what}, ${lighthouse}: performance ${middle(scores.performance)} (${scores.performance.join(' ')}), accessibility ${middle(scores.accessibility)}`);
      for (const audit of worst) console.log(`           ${audit.id}: ${audit.displayValue ?? audit.score}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

console.log(`load of this machine ${loadavg()[0].toFixed(1)}; median of ${runs} first visits, all in brackets`);
await throttled();
await audited();
