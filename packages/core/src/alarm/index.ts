export type { AlarmBegin, AlarmEnd, AlarmEntry, AlarmEvent } from './alarm-entry.js';
export { ALARMS, type AlarmJournal, openAlarms, type Undelivered } from './alarm-journal.js';
export type { AlarmChange, AlarmLevels, AlarmRule } from './alarm-state.js';
export { inputShares } from './input-shares.js';
export { type KeepOptions, keepRecording } from './keep-recording.js';
export { KeptEvents } from './kept-events.js';
export { type AlarmNews, type WatchOptions, watchAlarms } from './watch-alarms.js';
export { type Watched, watchedOf } from './watched-level.js';
