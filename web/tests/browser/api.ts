import { expect } from 'vitest';
import type { Duty, Filed, PhotoUpload, ReportInput } from '../../src/contract/schemas.ts';
import { demo } from './steps.ts';

/** The API as a test prepares what is to be looked at. */
export interface Hands {
  /** Roster of whoever the token is of. */
  duties: Duty[];
  post<A>(path: string, body: unknown): Promise<A>;
  get<A>(path: string): Promise<A>;
  /** Puts what is no text as JSON, and a text as the CSV that it is. */
  put<A>(path: string, body: unknown): Promise<A>;
}

/** Signs in as a person of the demo without its page. */
export async function handsOf(url: string, person: string): Promise<Hands> {
  const answer = await fetch(`${url}/issuer/demo-token`, { method: 'POST', body: new URLSearchParams({ person }) });
  const { access_token } = (await answer.json()) as { access_token: string };
  const bearer = { Authorization: `Bearer ${access_token}` };
  const get = async <A>(path: string) => await read<A>(await fetch(`${url}/v1/demo${path}`, { headers: bearer }), path);
  const post = async <A>(path: string, body: unknown) => await read<A>(await fetch(`${url}/v1/demo${path}`, {
    method: 'POST', body: JSON.stringify(body), headers: { ...bearer, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
  }), path);
  const put = async <A>(path: string, body: unknown) => await read<A>(await fetch(`${url}/v1/demo${path}`, {
    method: 'PUT', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { ...bearer, 'Content-Type': typeof body === 'string' ? 'text/csv' : 'application/json' },
  }), path);
  const duties = await get<{ duties: Duty[] }>('/roster').then(({ duties }) => duties, () => []);
  return { duties, get, post, put };
}

async function read<A>(answer: Response, path: string): Promise<A> {
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (/json/.test(answer.headers.get('Content-Type') ?? '') ? await answer.json() : await answer.text()) as A;
}

/** A picture of one point. */
export const dot = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') };

/** Sends a photo that a report can claim, waits until it was read, and gives its id. */
export async function sendPhoto(url: string, { name, mimeType, buffer } = dot): Promise<string> {
  const announced = await fetch(`${url}/v1/demo/photos`, { method: 'POST', body: JSON.stringify({ content_type: mimeType }), headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } });
  const { photo, url: store, fields } = await read<PhotoUpload>(announced, '/photos');
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([new Uint8Array(buffer)], { type: mimeType }), name);
  await read(await fetch(new URL(store, url), { method: 'POST', body: form }), store);
  await expect.poll(async () => (await read<{ status: string }>(await fetch(`${url}/v1/demo/photos/${photo}`), photo)).status).toBe('ready');
  return photo;
}

/** Where the names of the finest areas of some dispatcher's roster stand. */
export async function placesOf(url: string, { duties }: Hands): Promise<{ code: string; lon: number; lat: number }[]> {
  const { boundary_set } = await demo(url);
  const areas = (await (await fetch(`${url}/v1/demo/boundary-sets/${boundary_set}/areas?geometry=false`)).json()) as { features: { properties: { code: string; parent?: string; label: [number, number] } }[] };
  const parents = new Set(areas.features.map((one) => one.properties.parent));
  const held = new Set(duties.map((duty) => duty.area));
  const places = areas.features.map(({ properties: { code, label: [lon, lat] } }) => ({ code, lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)) }));
  return places.filter(({ code }) => held.has(code) && !parents.has(code));
}

/** Files a report of the first service at a place. */
export async function fileAt(url: string, { lon, lat }: { lon: number; lat: number }, description: string, more: Partial<ReportInput> = {}): Promise<Filed> {
  const service_code = (await demo(url)).services[0]?.service_code;
  const answer = await fetch(`${url}/v1/demo/reports`, {
    method: 'POST', body: JSON.stringify({ service_code, lon, lat, description, ...more }), headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
  });
  return await read<Filed>(answer, '/reports');
}
