// A process of its own that simulates sessions: node write.mjs '[{ "folder": …, "session": … }, …]'
import { writeSession } from './write-session.mjs';

for (const { folder, session } of JSON.parse(process.argv[2])) await writeSession(folder, session);
