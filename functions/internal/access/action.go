package access

import "slices"

// Action is an operation of the contract, by its operationId.
type Action string

// What anybody may do.
const (
	GetHealth         Action = "getHealth"
	GetJurisdiction   Action = "getJurisdiction"
	LocatePoint       Action = "locatePoint"
	CompleteAddress   Action = "completeAddress"
	FileReport        Action = "fileReport"
	TrackReport       Action = "trackReport"
	ReopenTracked     Action = "reopenTracked"
	NoteTracked       Action = "noteTracked"
	ConfirmTracked    Action = "confirmTracked"
	ListPublicReports Action = "listPublicReports"
	GetBoundarySet    Action = "getBoundarySet" // once published; a draft is for those who may ListBoundarySets
	GetBoundaryAreas  Action = "getBoundaryAreas"
	GetBoundaryTile   Action = "getBoundaryTile"

	WithdrawTrackedWords Action = "withdrawTrackedWords"

	CreatePhoto        Action = "createPhoto"
	GetPhoto           Action = "getPhoto" // how far it is, for whoever knows its id
	ListTrackedPhotos  Action = "listTrackedPhotos"
	AddTrackedPhoto    Action = "addTrackedPhoto"
	ListReleasedPhotos Action = "listReleasedPhotos"
	SeeReleasedPhoto   Action = "seeReleasedPhoto"

	Subscribe           Action = "subscribe"
	ConfirmSubscription Action = "confirmSubscription"
	GetSubscription     Action = "getSubscription"
	ChangeSubscription  Action = "changeSubscription"
	CancelSubscription  Action = "cancelSubscription"
	OpenCancellation    Action = "openCancellation"
	TrackSubscription   Action = "trackSubscription"
	GetPushKey          Action = "getPushKey"
	GetFeed             Action = "getFeed"
	GetAreaFeed         Action = "getAreaFeed"
)

// What staff may do with reports and rosters, within the areas they hold.
const (
	ListQueue                Action = "listQueue"
	GetQueueTile             Action = "getQueueTile"
	GetReport                Action = "getReport"
	ReassignReport           Action = "reassignReport" // to be asked twice: for where the report is, and for where it goes
	AcceptReport             Action = "acceptReport"
	ReturnReport             Action = "returnReport"
	ResolveReport            Action = "resolveReport"
	CloseReport              Action = "closeReport"
	RejectReport             Action = "rejectReport"
	ReopenReport             Action = "reopenReport"
	PauseReport              Action = "pauseReport"
	ResumeReport             Action = "resumeReport"
	RemarkReport             Action = "remarkReport"
	RepeatReport             Action = "repeatReport"
	CorrectReport            Action = "correctReport"
	SplitReport              Action = "splitReport" // whoever may do this may give the parts to any unit
	ReadContact              Action = "readContact"
	ListContactReadings      Action = "listContactReadings"
	PreviewReassignment      Action = "previewReassignment"
	ListReassignments        Action = "listReassignments"
	GetReassignment          Action = "getReassignment" // with what became of each report
	ConfirmReassignment      Action = "confirmReassignment"
	UndoReassignment         Action = "undoReassignment"
	ListReassignmentOutcomes Action = "listReassignmentOutcomes"
	ListAreaCounts           Action = "listAreaCounts"
	ListChanges              Action = "listChanges"
	GetRoster                Action = "getRoster"
	ListOwnDuties            Action = "listOwnDuties" // of the roster only what names whoever asks
	ExplainRouting           Action = "explainRouting"
	ListReportPhotos         Action = "listReportPhotos"
	AddReportPhoto           Action = "addReportPhoto"
	ReleasePhoto             Action = "releasePhoto" // for everybody to see
	WithdrawWords            Action = "withdrawWords"
	ExportReports            Action = "exportReports"
	ExportAssignments        Action = "exportAssignments"
	ExportAreas              Action = "exportAreas"
	ExportPoints             Action = "exportPoints"
	ImportReports            Action = "importReports" // to be asked for where each of them lies
	SubscribeStaff           Action = "subscribeStaff"
)

// What concerns a jurisdiction as a whole.
const (
	ImportRoster         Action = "importRoster"
	ExportRoster         Action = "exportRoster"
	GetRoutingRules      Action = "getRoutingRules"
	PutRoutingRules      Action = "putRoutingRules"
	SimulateRoutingRules Action = "simulateRoutingRules"
	PutJurisdiction      Action = "putJurisdiction"
	CreateBoundaryUpload Action = "createBoundaryUpload"
	ImportBoundarySet    Action = "importBoundarySet"
	PublishBoundarySet   Action = "publishBoundarySet"
	ListBoundarySets     Action = "listBoundarySets"
	DiffBoundarySet      Action = "diffBoundarySet"
	InspectBoundaryFile  Action = "inspectBoundaryFile"
	RepairBoundarySet    Action = "repairBoundarySet"
	ListDrawings         Action = "listDrawings"
	BeginDrawing         Action = "beginDrawing"
	GetDrawing           Action = "getDrawing"
	GetDrawingAreas      Action = "getDrawingAreas"
	EditDrawing          Action = "editDrawing"
	FinishDrawing        Action = "finishDrawing"
	DiscardDrawing       Action = "discardDrawing"
	DiscardBoundarySet   Action = "discardBoundarySet"
	PreviewRehoming      Action = "previewRehoming" // and to confirm and undo it: it changes the roster
	ListDeadDeliveries   Action = "listDeadDeliveries"
	ReplayDelivery       Action = "replayDelivery"
	ListGazetteers       Action = "listGazetteers"
	ImportGazetteer      Action = "importGazetteer"
	BeginGazetteerImport Action = "beginGazetteerImport"
	ListGazetteerImports Action = "listGazetteerImports"
	GetGazetteerImport   Action = "getGazetteerImport"
	RollBackGazetteer    Action = "rollBackGazetteer"
	CreateApplication    Action = "createApplication"
	ListApplications     Action = "listApplications"
	RevokeApplication    Action = "revokeApplication"
	CreateWebhook        Action = "createWebhook"
	ListWebhooks         Action = "listWebhooks"
	EndWebhook           Action = "endWebhook"
)

// One to a line, so that two people can add one each.
var actions = []Action{
	GetHealth,
	GetJurisdiction,
	LocatePoint,
	CompleteAddress,
	FileReport,
	TrackReport,
	ReopenTracked,
	NoteTracked,
	ConfirmTracked,
	WithdrawTrackedWords,
	ListPublicReports,
	GetBoundarySet,
	GetBoundaryAreas,
	GetBoundaryTile,
	ListQueue,
	GetQueueTile,
	GetReport,
	ReassignReport,
	AcceptReport,
	ReturnReport,
	ResolveReport,
	CloseReport,
	RejectReport,
	ReopenReport,
	PauseReport,
	ResumeReport,
	RemarkReport,
	RepeatReport,
	CorrectReport,
	SplitReport,
	ReadContact,
	ListContactReadings,
	ListAreaCounts,
	ListChanges,
	GetRoster,
	ListOwnDuties,
	ExplainRouting,
	PreviewReassignment,
	ListReassignments,
	GetReassignment,
	ConfirmReassignment,
	UndoReassignment,
	ListReassignmentOutcomes,
	ImportRoster,
	ExportRoster,
	GetRoutingRules,
	PutRoutingRules,
	SimulateRoutingRules,
	PutJurisdiction,
	CreateBoundaryUpload,
	ImportBoundarySet,
	PublishBoundarySet,
	ListBoundarySets,
	DiffBoundarySet,
	PreviewRehoming,
	InspectBoundaryFile,
	RepairBoundarySet,
	ListDrawings,
	BeginDrawing,
	GetDrawing,
	GetDrawingAreas,
	EditDrawing,
	FinishDrawing,
	DiscardDrawing,
	DiscardBoundarySet,
	ListGazetteers,
	ImportGazetteer,
	BeginGazetteerImport,
	ListGazetteerImports,
	GetGazetteerImport,
	RollBackGazetteer,
	ListDeadDeliveries,
	ReplayDelivery,
	CreateApplication,
	ListApplications,
	RevokeApplication,
	CreateWebhook,
	ListWebhooks,
	EndWebhook,
	CreatePhoto,
	GetPhoto,
	ListTrackedPhotos,
	AddTrackedPhoto,
	ListReleasedPhotos,
	SeeReleasedPhoto,
	ListReportPhotos,
	AddReportPhoto,
	ReleasePhoto,
	WithdrawWords,
	ExportReports,
	ExportAssignments,
	ExportAreas,
	ExportPoints,
	ImportReports,
	Subscribe,
	ConfirmSubscription,
	GetSubscription,
	ChangeSubscription,
	CancelSubscription,
	OpenCancellation,
	TrackSubscription,
	GetPushKey,
	GetFeed,
	GetAreaFeed,
	SubscribeStaff,
}

// Actions lists every action.
func Actions() []Action { return slices.Clone(actions) }
