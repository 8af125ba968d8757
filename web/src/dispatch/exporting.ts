import type { Client, FilePart } from '../contract/client.ts';

export type ExportKind = 'reports' | 'assignments' | 'areas';
export type ExportFormat = 'csv' | 'geojson';

export interface Wanted {
  kind: ExportKind;
  format: ExportFormat;
  /** Days, the second one included; of no meaning for areas. */
  from: string;
  until: string;
  area: string;
}

/** The address of the first part. Days begin at midnight where whoever asks is. */
export function exportAddress(jurisdiction: string, { kind, format, from, until, area }: Wanted): string {
  const query = new URLSearchParams({ format });
  if (kind !== 'areas') {
    query.set('from', midnight(from).toISOString());
    const end = midnight(until);
    end.setDate(end.getDate() + 1);
    query.set('until', end.toISOString());
    if (area) query.set('area', area);
  }
  return `/v1/${encodeURIComponent(jurisdiction)}/exports/${kind}?${query.toString()}`;
}

function midnight(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

/** Most parts that are put together; a part has hundreds of rows. */
const mostParts = 1000;

/** Reads all parts of a file and makes one of them. */
export async function wholeFile(client: Pick<Client, 'part'>, wanted: Wanted, jurisdiction: string): Promise<Blob> {
  const parts: string[] = [];
  for (let at: string | undefined = exportAddress(jurisdiction, wanted); at !== undefined && parts.length < mostParts;) {
    const part: FilePart = await client.part(at);
    parts.push(part.text);
    at = part.next;
  }
  return wanted.format === 'csv' ? table(parts) : collection(parts);
}

/** One header for all; the mark in front tells spreadsheet programs that it is UTF-8. */
function table(parts: readonly string[]): Blob {
  const rows = parts.map((text, n) => (n === 0 ? text : text.slice(text.indexOf('\r\n') + 2)));
  return new Blob(['\ufeff', ...rows], { type: 'text/csv' });
}

function collection(parts: readonly string[]): Blob {
  const features = parts.flatMap((text) => (JSON.parse(text) as { features: unknown[] }).features);
  return new Blob([JSON.stringify({ type: 'FeatureCollection', features })], { type: 'application/geo+json' });
}
