import { caseworkTexts, type CaseworkCatalogue } from '../locale/casework.ts';
import { StaffElement } from './staff-element.ts';

/** An element of the staff's pages that is fetched once a report is opened or a change of many is begun. */
export class CaseworkElement extends StaffElement {
  protected override get s(): CaseworkCatalogue {
    return caseworkTexts();
  }
}
