import { extract } from 'tar';
import { archiveRefusal } from './archive-refusal.js';

/**
 * Unpacks the plain files of an npm archive that `choose` wants, by their names below `package/`, into `folder`.
 * Links, devices and all other entries stay where they are.
 * @throws ModalkitError BACKEND when it is no archive
 */
export async function untarFiles(archive: string, folder: string, choose: (name: string) => boolean): Promise<void> {
  try {
    await extract({
      file: archive,
      cwd: folder,
      strict: true,
      filter: (path, entry) => 'type' in entry && entry.type === 'File' && choose(path.replace(/^package\//, '')),
    });
  } catch (error) {
    throw archiveRefusal(archive, error);
  }
}
