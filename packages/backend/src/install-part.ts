/** How far an installation is. */
export interface InstallProgress {
  readonly task: string;
  readonly done: number;
  readonly total: number;
}

export interface PartContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
}

/** One part of an installation: writes its files under `folder` and says what they are. */
export type InstallPart = (folder: string, context: PartContext) => Promise<Readonly<Record<string, string>>>;
