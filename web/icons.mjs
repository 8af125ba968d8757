// Draws the icons of the installed pages from public/favicon.svg: `node icons.mjs`, once the drawing has changed. CHROMIUM names the browser.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const folder = new URL('public/', import.meta.url);
const drawing = readFileSync(new URL('favicon.svg', folder), 'utf8');
const ground = /fill="(#[0-9a-f]{6})"/.exec(drawing)?.[1];
// Of a maskable icon only a circle of four fifths is sure to be seen; https://w3c.github.io/manifest/#icon-masks
const icons = [['icon-192.png', 192, 1], ['icon-512.png', 512, 1], ['icon-maskable-512.png', 512, 0.72]];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] });
for (const [name, size, part] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const around = part < 1 ? `background:${ground};` : '';
  await page.setContent(`<body style="margin:0;${around}display:grid;place-items:center;height:100vh"><div style="width:${part * 100}%;height:${part * 100}%">${drawing}</div></body>`);
  await page.screenshot({ path: new URL(name, folder).pathname, omitBackground: true });
  await page.close();
}
await browser.close();
