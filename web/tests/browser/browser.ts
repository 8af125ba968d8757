import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page, type Response } from 'playwright-core';
import { expect } from 'vitest';
import { allPairs, type Language } from './pairs.ts';

const program = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = resolve(import.meta.dirname, '../../test-output');

/** Why the browser cannot run here, or undefined. With CI=true nothing may be skipped, so that its absence is then an error. */
export function browserMissing(): string | undefined {
  if (existsSync(program)) return undefined;
  const reason = `no Chromium at ${program}: install it (apt-get install chromium), or set CHROMIUM`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const drawing = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** How Chromium is started. */
const start = (webgl: boolean) => ({ executablePath: program, args: [...quiet, ...(webgl ? drawing : ['--disable-3d-apis'])], timeout: 60_000 });

/** Starts Chromium, with WebGL drawn by the processor or without any. */
export async function startBrowser({ webgl }: { webgl: boolean }): Promise<Browser> {
  await mkdir(pictures, { recursive: true });
  return await chromium.launch(start(webgl));
}

export const devices = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
} as const satisfies Record<string, BrowserContextOptions>;

export type DeviceName = keyof typeof devices;

export interface VisitOptions {
  device: DeviceName;
  language: Language;
  /** Where the device says it is. */
  geolocation?: { longitude: number; latitude: number; accuracy: number };
  /** Every answer of the API comes so late that browsers do not reckon what it moves to what was pressed. */
  slow?: boolean;
}

/** How a window is opened for somebody. */
function settingsOf(baseURL: string, { device, language, geolocation }: VisitOptions): BrowserContextOptions {
  return {
    ...devices[device], baseURL, locale: language === 'zh' ? 'zh-CN' : 'en-GB', reducedMotion: 'reduce', ...(geolocation ? { geolocation, permissions: ['geolocation'] } : {}),
  };
}

/** Milliseconds by which answers are late that come too late for the 500 that browsers excuse. */
const late = 650;

/** Something moved on a page without having been pressed, as browsers reckon it. */
interface Shift {
  value: number;
  /** Milliseconds since 1970. */
  at: number;
  where: string;
  what: string;
  /** Drawn with what was pressed, by a machine too busy to do so within the time that browsers excuse. */
  busy: boolean;
}

const inWords = ({ value, where, what }: Shift) => `${value.toFixed(4)} on ${where} ${what}`;

/**
 * Within the page: tells of what moves from now on, apart from what browsers excuse. They excuse half a second after a press, by the clock; where a
 * busy machine needs longer for the very frame that shows what was pressed, that frame is told as such, and nothing after it.
 */
function tellWhatMoves(): void {
  const { tellLayoutShift, tellOpening } = window as unknown as { tellLayoutShift: (shift: Shift) => void; tellOpening: () => void };
  if (window === window.top) tellOpening();
  let pressed = 0;
  /** Until when the frame after the last press was drawn. */
  let drawn = 0;
  const press = () => {
    const now = performance.now();
    pressed = now;
    drawn = Infinity;
    requestAnimationFrame(() => requestAnimationFrame(() => { if (pressed === now) drawn = performance.now(); }));
  };
  for (const one of ['pointerdown', 'pointerup', 'keydown']) window.addEventListener(one, press, { capture: true, passive: true });
  // What a tap does is done with its click, which a busy page is told of later.
  window.addEventListener('click', ({ isTrusted }) => { if (isTrusted) press(); }, { capture: true, passive: true });
  // Files are chosen in a window of the browser, which their field alone tells of.
  window.addEventListener('change', ({ target }) => { if (target instanceof HTMLInputElement && target.type === 'file') press(); }, { capture: true, passive: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { startTime: number; value: number; hadRecentInput: boolean; sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] })[]) {
      if (entry.hadRecentInput) continue;
      const busy = pressed <= entry.startTime && entry.startTime <= drawn;
      const box = ({ x, y, width, height }: DOMRect) => `${x},${y} ${width}x${height}`;
      tellLayoutShift({ busy, value: entry.value, at: performance.timeOrigin + entry.startTime, where: `${location.pathname} ${Math.round(entry.startTime - pressed)} ms after a press`, what: entry.sources.map(({ node, previousRect, currentRect }) =>
        `${node instanceof Element ? `${node.tagName}.${node.className} of ${node.parentElement?.closest('[class], [id], [data-room]')?.outerHTML.slice(0, 60) ?? ''}` : node?.textContent?.trim()} (${box(previousRect)} → ${box(currentRect)})`).join(', ') });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** A browser window of one person, and everything it complains about. */
export class Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  private readonly base: string;
  private readonly device: DeviceName;
  /** Where pictures are kept: a folder of each pair, where all pairs would take them under the same name. */
  private readonly album: string;
  private readonly complaints: string[] = [];
  /** Console messages that a test brings about on purpose. */
  private readonly expected: RegExp[] = [];
  private readonly failedResponses: string[] = [];
  /** When something was pressed last. */
  private pressed = -Infinity;
  /** When a page was looked at as on paper or whole, from and until when. */
  private readonly papers: [number, number][] = [];
  /** What moved by itself, on every page that was shown. */
  private readonly shifts: Shift[] = [];
  private shifted = 0;

  private constructor(context: BrowserContext, page: Page, base: string, { device, language }: VisitOptions) {
    this.context = context;
    this.page = page;
    this.base = base;
    this.device = device;
    this.album = allPairs ? resolve(pictures, `${device}-${language}`) : pictures;
    const host = new URL(base).host;
    // Of every page and worker, whoever opened it.
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (/^(https?|wss?):$/.test(url.protocol) && url.host !== host) this.complaints.push(`external request: ${request.url()}`);
    });
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.complaints.push(`page error: ${error.error().message}`));
    context.on('response', (response) => { if (response.status() >= 400) this.failedResponses.push(`${response.status()} ${response.url()}`); });
  }

  static async begin(browser: Browser, base: string, options: VisitOptions): Promise<Visit> {
    const context = await browser.newContext(settingsOf(base, options));
    return await Visit.prepare(context, await context.newPage(), base, options);
  }

  /** With a browser of its own, which `end` closes: begun again with the same folder, it has what was kept before. */
  static async resume(folder: string, base: string, options: VisitOptions): Promise<Visit> {
    const context = await chromium.launchPersistentContext(folder, { ...start(true), ...settingsOf(base, options) });
    return await Visit.prepare(context, context.pages()[0] ?? (await context.newPage()), base, options);
  }

  private static async prepare(context: BrowserContext, page: Page, base: string, options: VisitOptions): Promise<Visit> {
    context.setDefaultTimeout(20_000);
    const visit = new Visit(context, page, base, options);
    if (options.slow || process.env['WEIGE_SLOW']) await visit.slowDown();
    await context.exposeFunction('tellOpening', () => { visit.shifted = 0; });
    await context.exposeFunction('tellLayoutShift', (shift: Shift) => visit.tellShift(shift));
    await context.addInitScript(tellWhatMoves);
    return visit;
  }

  private async slowDown(): Promise<void> {
    await this.context.route(/\/v1\//, async (route) => {
      // What is asked for without a network fails at once, and is not kept until there is one.
      const cut = await Promise.resolve(route.request()).then((request) => request.frame().evaluate(() => !navigator.onLine)).catch(() => false);
      if (!cut) await new Promise((done) => setTimeout(done, late));
      await route.continue().catch(() => undefined); // the page may be gone
    });
  }

  /** Answers come as fast as they can from now on. */
  async hurry(): Promise<void> {
    await this.context.unrouteAll({ behavior: 'wait' });
  }

  /** Messages like this one are brought about on purpose. */
  expectComplaint(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.base).href);
    await this.page.locator('h1').first().waitFor();
  }

  /** Waits until the map has drawn everything it wants to draw. */
  async mapDrawn(): Promise<void> {
    await this.page.locator('.map-frame[data-stage=drawn]').waitFor({ timeout: 60_000 });
  }

  /** What a selector finds on the page, or what was found already. */
  private found(target: string | Locator): Locator {
    return typeof target === 'string' ? this.page.locator(target) : target;
  }

  /** Taps or clicks. */
  async press(target: string | Locator, position?: { x: number; y: number }): Promise<void> {
    const options = position ? { position } : {};
    await this.apart();
    await (this.device === 'phone' ? this.found(target).tap(options) : this.found(target).click(options));
    this.pressed = performance.now(); // a busy machine presses late
  }

  /** Waits where a press would be the second tap of the last one: nobody presses something else so soon, and where it will lie once it is scrolled to is not known. */
  private async apart(): Promise<void> {
    const soon = 400 - (performance.now() - this.pressed);
    if (soon > 0) await this.page.waitForTimeout(soon);
  }

  /** Taps or clicks two times, as quick as people do by mistake: the second one on whatever lies there by then. */
  async pressTwice(target: string | Locator): Promise<void> {
    await this.found(target).scrollIntoViewIfNeeded();
    const box = await this.found(target).boundingBox();
    await this.press(target);
    await this.page.waitForTimeout(180);
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await (this.device === 'phone' ? this.page.touchscreen.tap(x, y) : this.page.mouse.click(x, y));
  }

  /** Chooses by a key, as a person does: what moves then is their doing. */
  async choose(target: string | Locator, option: string | { index: number }): Promise<void> {
    await this.keyed(target, (field) => field.selectOption(option));
  }

  /** Writes by a key, as a person does, in place of what stood there. */
  async write(target: string | Locator, words: string): Promise<void> {
    await this.keyed(target, (field) => field.fill(words));
  }

  /** Chooses files, in a window of the browser that no test sees, as what was pressed for. */
  async attach(target: string | Locator, files: Parameters<Locator['setInputFiles']>[0]): Promise<void> {
    await this.keyed(target, (field) => field.setInputFiles(files));
  }

  /** Does something to a field, with keys pressed. */
  private async keyed(target: string | Locator, what: (field: Locator) => Promise<unknown>): Promise<void> {
    const field = this.found(target);
    await field.press('Shift');
    await this.untilDrawn(() => what(field), field.page());
  }

  /** Does something with a key pressed again and again until it is drawn: on a busy machine half a second may pass before that. */
  private async untilDrawn(what: () => Promise<unknown>, page = this.page): Promise<void> {
    let drawn = false;
    const done = what().then(() => page.evaluate(() => new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame))))).finally(() => { drawn = true; });
    while (!drawn) {
      await page.keyboard.press('Shift');
      await Promise.race([done, new Promise((soon) => setTimeout(soon, 250))]);
    }
    await done;
  }

  /** Turns the phone, or makes the window another size. */
  async resize(size: { width: number; height: number }): Promise<void> {
    await this.untilDrawn(() => this.page.setViewportSize(size));
  }

  /** Goes back by the browser's own button, which is pressed as well as anything on the page. */
  async back(): Promise<void> {
    await this.untilDrawn(() => this.page.goBack());
  }

  /** Keeps a picture of what is on the screen, or of the whole page, for which the browser lays it out as on another screen and back. */
  async picture(name: string, { whole = false } = {}): Promise<void> {
    // A map draws once more after the page has settled.
    const maps = await this.page.locator('.map-frame').filter({ visible: true }).count();
    await this.page.waitForTimeout(maps > 0 ? 400 : 100);
    const take = () => this.page.screenshot({ path: resolve(this.album, `${name}.png`), fullPage: whole });
    await (whole ? this.elsewhere(take) : take());
  }

  /** Looks at the page as on other paper or another screen: going there and back moves nothing on this one. */
  private async elsewhere<T>(look: () => Promise<T>): Promise<T> {
    const time = () => this.page.evaluate(() => new Promise<number>((frame) => requestAnimationFrame(() => requestAnimationFrame(() => frame(performance.timeOrigin + performance.now())))));
    const paper: [number, number] = [await time(), Infinity];
    this.papers.push(paper);
    const seen = await look();
    paper[1] = await time();
    return seen;
  }

  /** Checks the page as it stands: no accessibility violation, nothing wider than the screen or below what is on it, targets of 44 pixels. */
  async check(what: string): Promise<void> {
    // Evaluated by the debugger, which the page's policy does not concern.
    await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate(async () => {
      const run = (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] });
      return (await run).violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html.slice(0, 200)).join('\n  ')}`);
    });
    expect(violations, `axe on ${what}`).toEqual([]);
    const width = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(width, `${what} is wider than the screen by`).toBeLessThanOrEqual(0);
    const below = await this.page.evaluate(() => document.documentElement.scrollHeight - Math.ceil(Math.max(innerHeight, document.body.getBoundingClientRect().bottom + scrollY)));
    expect(below, `${what} goes on below what is on it by`).toBeLessThanOrEqual(1);
    expect(await this.smallTargets(), `small targets on ${what}`).toEqual([]);
  }

  private async smallTargets(): Promise<string[]> {
    return await this.page.evaluate(() => {
      const controls = document.querySelectorAll<HTMLElement>('button, select, input, textarea, summary, nav a, a.primary, a.secondary');
      return [...controls].filter((one) => one.checkVisibility()).map((one) => ({ one, box: (one.closest('label') ?? one).getBoundingClientRect() })) // a label is pressed like its box
        .filter(({ box }) => box.height < 43.5 || box.width < 43.5).map(({ one, box }) => `${one.outerHTML.slice(0, 100)} ${box.width}x${box.height}`);
    });
  }

  /** What can be pressed on paper, or does not fit it, as the page stands; a map may be `shown` there. Keeps a picture. */
  async printed(name: string, shown = ''): Promise<string[]> {
    return await this.onPaper(name, () => this.page.evaluate((may) => [...document.querySelectorAll<HTMLElement>('button:not(.entry, .photo), textarea, select, canvas, nav')].filter((one) => one.checkVisibility() && !(may && one.matches(may))).map((one) => one.outerHTML.slice(0, 100)), shown));
  }

  /** Looks at the page as it would be printed, and keeps a picture. */
  async onPaper<T>(name: string, look: () => Promise<T>): Promise<T> {
    return await this.elsewhere(async () => {
      await this.page.emulateMedia({ media: 'print' });
      await this.picture(name, { whole: true });
      const seen = await look();
      await this.page.emulateMedia({ media: null });
      return seen;
    });
  }

  /** The answer to the next request whose address ends like this; ask before doing what brings it about. */
  answer(method: string, path: RegExp): Promise<Response> {
    return this.page.waitForResponse((response) => response.request().method() === method && path.test(new URL(response.url()).pathname), { timeout: 20_000 });
  }

  private tellShift(shift: Shift): void {
    if (this.papers.some(([from, until]) => from <= shift.at && shift.at <= until)) return;
    if (shift.busy) {
      console.log(`drawn late by a busy machine: ${inWords(shift)}`);
      return;
    }
    this.shifted += shift.value;
    this.shifts.push(shift);
  }

  /** How much has moved by itself so far on this page, as browsers reckon it. */
  async layoutShift(): Promise<number> {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))).catch(() => undefined); // a page that is closed moves no more
    if (this.shifts.length > 0) console.log(`layout shifts:\n  ${this.shifts.map(inWords).join('\n  ')}`);
    return this.shifted;
  }

  /** Closes the window; whatever it complained about and was not brought about on purpose is an error, and so is whatever moved by itself on a page where nothing may. */
  async end(): Promise<void> {
    await this.layoutShift();
    await this.context.close();
    const unexpected = this.complaints.filter((one) => !this.expected.some((pattern) => pattern.test(one)));
    expect(unexpected, `failed answers: ${this.failedResponses.join(', ')}`).toEqual([]);
    expect(this.shifts.map(inWords), 'layout shifts').toEqual([]);
  }
}
