// The Chinese catalogue of what the report page shows only after something else, fetched once the page stands.

export const zh = {
  similarTitle: (count: string) => `附近已经有 ${count} 件同类上报，是同一件事吗？`,
  similarFold: '收起',
  similarFolded: (count: string) => `附近已经有 ${count} 件同类上报`,
  similarShow: '看看',
  similarPhoto: '那件上报的照片',
  meToo: '我也遇到了，告诉我进展',
  mineIsNew: '都不是，我的是新的',
  meTooTitle: '这件事已经有人报了',
  meTooNote: '不用再报一次，处理的人已经知道了。',
  meTooAnyway: '还是另外报一件',
  outboxTitle: '这台设备上的上报',
  outboxHere: '这台设备上还有上报没有送到。',
  outboxWaiting: '已存在这台设备上，一连上网就自动发送，只会登记一次。可以关掉页面。',
  outboxWaitingInPage: '还没有发出去。这个浏览器不让保存，请不要关掉页面；一连上网就自动发送。',
  outboxUnsure: '没有收到回复，还不知道是否已经送到。内容已存在这台设备上，会自动再发，只会登记一次。可以关掉页面。',
  outboxUnsureInPage: '没有收到回复，还不知道是否已经送到。会自动再发，只会登记一次。这个浏览器不让保存，请不要关掉页面。',
  outboxHeld: (at: string) => `还没有登记：刚才从您所在的网络来的上报太多，${at}以后才能登记。`,
  outboxHeldKept: '内容已存在这台设备上，到时打开这个页面就自动发送，只会登记一次。',
  outboxHeldInPage: '这个浏览器不让保存，请不要关掉页面；到时自动发送。',
  outboxContact: '填的联系方式会一起发出去，送到以前存在这台设备上，送到以后就删去。',
  outboxFailing: '服务器现在没有应答。内容已存在这台设备上，过一会儿会自动再试，只会登记一次。关掉页面后，下次打开时再试。',
  outboxFailingInPage: '服务器现在没有应答，过一会儿会自动再试。这个浏览器不让保存，请不要关掉页面。',
  outboxSendNow: '现在再试',
  outboxDrop: '不发了',
  outboxDropAsk: '从这台设备上删掉这件上报吗？',
  outboxDropTried: '它可能已经送到了。仍然从这台设备上删掉吗？',
  outboxArrived: '已经送到。请记下查询码。',
  outboxNoted: '我记下了',
  outboxRefused: '没有被接受，内容还在这台设备上。',
  outboxEdit: '放回表单修改',
  outboxReplaceAsk: (words: string) => `表单里正在写的“${words}”会被换掉，就此删去。`,
  outboxReplaceNot: '留着正在写的',
  outboxReplace: '换成这一件',
};

type Wide<T> = T extends (...args: infer A) => string ? (...args: A) => string : string;

/** Every text about what comes later on the report page in one language. */
export type LaterCatalogue = { readonly [K in keyof typeof zh]: Wide<(typeof zh)[K]> };
