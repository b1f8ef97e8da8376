import { type Command, Option } from 'commander';
import { add, backendOption, collect, JSON_HELP } from './command-parts.js';

const LINES_HELP = 'print one JSON object a line; what is for people goes to stderr';

/** The commands on devices and recordings of them. */
export function addLiveCommands(program: Command): void {
  add(program, 'record', 'Record live sources into a folder, on one clock, until Ctrl-C.')
    .option('--source <[name=]plugin:address>', 'a source to record; may be repeated', collect, [])
    .option('--project <path>', 'record the sources that this project names in `live`')
    .requiredOption('--out <folder>', 'an empty or new folder')
    .option('--seconds <number>', 'end by itself after so many seconds')
    .option('--machine <name>', 'what is recorded, for splits that keep machines apart')
    .option('--label <name>', 'an event that lasts as long as the recording; may be repeated', collect, [])
    .option('--key <key=label>', 'a key that begins an event and ends it; may be repeated', collect, [])
    .option('--json', JSON_HELP)
    .action(async (options) => (await import('./commands/record.js')).record(options));
  add(
    program,
    'slice',
    'Cut recordings into windows: a manifest to train on, which names stretches and copies nothing.',
  )
    .argument('<recordings...>', 'folders of recordings that hold the same streams')
    .requiredOption('--out <manifest>', 'where it goes: to a folder that the recordings are in, or one above it')
    .requiredOption('--length <seconds>', 'of a window')
    .option('--stride <seconds>', 'from the start of one window to that of the next (default: its length)')
    .addOption(
      new Option(
        '--label-rule <rule>',
        'the event that a window is called after: one that touches it, fills most, begins in it',
      )
        .choices(['any', 'majority', 'onset'])
        .default('any'),
    )
    .option('--target <column>', 'column of the labels', 'label')
    .option('--background <label>', 'what windows are called that no event touches (default: nothing)')
    .option('--remaining <label>', 'write the seconds to the next event of this name into the column `remaining`')
    .option('--remaining-limit <seconds>', 'at most so many; where the recording goes on as long without one, too')
    .addOption(
      new Option('--group <what>', 'what is never in two splits')
        .choices(['machine', 'recording', 'day'])
        .default('recording'),
    )
    .option(
      '--split <name=share>',
      'share of a split; may be repeated, the rest is train (default: test=0.1)',
      collect,
      [],
    )
    .option('--hold <split=group>', 'put a group into a split; may be repeated', collect, [])
    .option('--coverage <share>', 'of a window that a stream must be known for, or it is absent in it', '0.5')
    .option('--seed <number>', 'which groups are drawn for which split', '0')
    .option('--json', JSON_HELP)
    .action(async (recordings, options) => (await import('./commands/slice.js')).slice(recordings, options));
  add(program, 'replay', 'Play a recording back: its events, or its bytes as a serial device.')
    .argument('<recording>', 'folder of the recording')
    .option('--speed <number>', 'times as fast as it came, or max', '1')
    .option('--stream <name>', 'play this stream only')
    .option('--pty', "write the devices' own bytes into pseudo-terminals and print their paths")
    .option('--project <path>', 'project whose `live` made the recording')
    .option('--json', LINES_HELP)
    .action(async (recording, options) => (await import('./commands/replay.js')).replay(recording, options));
  add(program, 'live', 'Ask a trained run about live input: its class, or the best matches, as they change.')
    .argument('[project]', "folder of the project, or its config file (default: the run's own)")
    .option('--run <folder>', 'run folder (default: the newest below ./runs)')
    .option('--source <input=plugin:address>', "a source instead of the config's; may be repeated", collect, [])
    .option('--from <recording>', 'play a recording instead of reading devices')
    .option('--speed <number>', 'speed of the recording: times as fast as it came, or max', '1')
    .option('--to <input>', 'match with samples of this input (default: of others, where no head answers)')
    .option('--top <number>', 'matches of each input', '1')
    .option('--tolerance <seconds>', 'how far apart windows may be that are asked about together', '1')
    .option('--seconds <number>', 'end by itself after so many seconds')
    .option('--drift <deviations>', 'how far from training an input may be before it is said to drift', '3')
    .option(
      '--alarm <where>',
      'watch for alarms, and keep them in a file: jsonl; exec and http tell them besides; may be repeated',
      collect,
      [],
    )
    .option('--exec <command>', 'the program that --alarm exec starts, a JSON array: \'["notify-send","Alarm"]\'')
    .option('--url <address>', 'where --alarm http posts to')
    .option('--alarms <folder>', 'where they are kept', 'alarms')
    .option(
      '--watch <head>',
      'what alarms are of: <head>, any class but its first; <head>=<class>; <head>/<output>; may be repeated',
      collect,
      [],
    )
    .option('--raise <level>', 'level from which on an alarm begins (default: a probability of 0.5)')
    .option('--clear <level>', 'level below which it ends (default: 0.8 of --raise)')
    .option('--min-duration <seconds>', 'how long the level must stay there for either (default: 1)')
    .option('--keep <seconds>', 'before and after an alarm begins, kept as a recording; 0 keeps none (default: 5)')
    .addOption(backendOption())
    .option('--threads <number>', 'threads of the backend')
    .option('--json', LINES_HELP)
    .action(async (project, options) => (await import('./commands/live.js')).live(project, options));
}
