import type { QueueItem, Status } from '../contract/schemas.ts';
import { metresBetween } from '../dispatch/nearby.ts';
import { isPlain, stepsFor, unfinished, type PlainStep } from '../dispatch/ways.ts';
import type { Kept, Move, Outline } from './kept.ts';

/** A place in degrees, WGS 84. */
export interface Place {
  lon: number;
  lat: number;
}

/** A case of the list, with what this phone did about it and how far it is. */
export interface Case {
  item: Kept['reports'][number];
  /** Moves that wait to be sent. */
  waiting: readonly Move[];
  /** A move of it was refused, and nobody has read that yet. */
  refused: boolean;
  /** As it will be when they have arrived. */
  status: Status;
  metres: number | undefined;
}

/** Where each move leads, as the phone shows it before the server says so. */
const leads: Partial<Record<Move['kind'], Status>> = { accepted: 'in_progress', resolved: 'resolved', returned: 'returned' };

/** The cases that are still to be worked on, by deadline (those without one last), or by distance where it is known. */
export function casesOf(reports: Kept['reports'], moves: readonly Move[], here: Place | undefined): Case[] {
  const cases = reports.map((item): Case => {
    const waiting = moves.filter((move) => move.report === item.report && !move.refused);
    return { item, waiting, refused: moves.some((move) => move.report === item.report && move.refused !== undefined), status: waiting.map((move) => leads[move.kind]).findLast((led) => led !== undefined) ?? item.status, metres: here && item.address_grade !== 'none' ? metresBetween(here, item) : undefined };
  });
  const due = ({ item }: Case) => item.due ?? '9999';
  return cases.filter(({ status, waiting }) => waiting.length > 0 || unfinished.includes(status))
    .sort((a, b) => (a.metres !== undefined && b.metres !== undefined ? a.metres - b.metres : due(a).localeCompare(due(b)) || a.item.filed_at.localeCompare(b.item.filed_at)));
}

/** The steps that whoever has a case may take now. */
export function stepsOf({ item, status }: Case, person: string): PlainStep[] {
  const { assignee, paused, parts_open } = item;
  return stepsFor({ status, assignee, ...(paused ? { paused } : {}), ...(parts_open ? { parts_open } : {}) }, { person, dispatches: false }).filter(isPlain);
}

/** The list after the server told how reports are now; those that went to somebody else or are finished are gone. */
export function withNow(reports: Kept['reports'], now: readonly QueueItem[], person: string): Kept['reports'] {
  const byId = new Map(now.map((one) => [one.report, one]));
  return reports.map((one) => ({ ...one, ...byId.get(one.report) })).filter((one) => one.assignee.person === person && (unfinished.includes(one.status) || one.status === 'resolved'));
}

/** How a drawing of outlines maps degrees onto its own units: as wide as it is, `width` units, north up. */
export interface Frame {
  width: number;
  height: number;
  x(lon: number): number;
  y(lat: number): number;
}

/** Fits outlines and points into a width, with a margin; undefined where there is nothing to show. */
export function frameOf(outlines: readonly Outline[], points: readonly Place[], width: number, margin: number): Frame | undefined {
  const lons = [...outlines.flatMap(({ rings }) => rings.flat().map(([lon]) => lon)), ...points.map(({ lon }) => lon)];
  const lats = [...outlines.flatMap(({ rings }) => rings.flat().map(([, lat]) => lat)), ...points.map(({ lat }) => lat)];
  if (lons.length === 0) return undefined;
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  // At least a hundred metres, so that a single point does not fill the world.
  const [wide, high] = [Math.max((east - west) * shrink, 0.001), Math.max(north - south, 0.001)];
  const scale = Math.min((width - 2 * margin) / wide, (width - 2 * margin) / high);
  const height = Math.round(high * scale + 2 * margin);
  const left = (width - wide * scale) / 2;
  return { width, height, x: (lon) => left + (lon - west) * shrink * scale, y: (lat) => margin + (north - lat) * scale };
}
