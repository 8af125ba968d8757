import { staffTexts, type StaffCatalogue } from '../locale/staff.ts';
import { PageElement } from './element.ts';

/** An element of the staff's pages, which have texts of their own. */
export class StaffElement extends PageElement {
  protected get s(): StaffCatalogue {
    return staffTexts();
  }
}
