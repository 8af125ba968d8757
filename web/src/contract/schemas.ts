// The contract's schemas under short names.
import type { components } from '../gen/contract.ts';

type Schemas = components['schemas'];

export type Assignee = Schemas['Assignee'];
export type AreaCount = Schemas['AreaCount'];
export type AreaRef = Schemas['AreaRef'];
export type Contact = Schemas['Contact'];
export type ContactInput = Schemas['ContactInput'];
export type Datum = Schemas['Datum'];
export type Duty = Schemas['Duty'];
export type Fault = Schemas['Error'];
export type Filed = Schemas['Filed'];
export type Jurisdiction = Schemas['Jurisdiction'];
export type Located = Schemas['Located'];
export type Photo = Schemas['Photo'];
export type PhotoUpload = Schemas['PhotoUpload'];
export type PublicAssignee = Schemas['PublicAssignee'];
export type PublicReports = Schemas['PublicReports'];
export type Question = Schemas['Question'];
export type Queue = Schemas['Queue'];
export type QueueItem = Schemas['QueueItem'];
export type ReassignmentInput = Schemas['ReassignmentInput'];
export type ReportInput = Schemas['ReportInput'];
export type Service = Schemas['Service'];
export type StaffReport = Schemas['StaffReport'];
export type Status = Schemas['Status'];
export type Text = Schemas['Text'];
export type Tracked = Schemas['Tracked'];
export type Reassignment = Schemas['Reassignment'];
export type ReassignmentOutcome = Schemas['ReassignmentOutcome'];
export type ReassignmentPreview = Schemas['ReassignmentPreview'];
export type ReassignmentTarget = Schemas['ReassignmentTarget'];
