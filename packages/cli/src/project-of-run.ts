import { resolve } from 'node:path';
import { type Config, loadProject, ModalkitError, type Runtime, readRunFile } from '@modalkit/core';
import { findConfig } from './find-project.js';
import { fusionOfRun } from './fusion-of-run.js';

/** Config file of a run's project: the named project's, or the one that the run was trained with. */
export async function configOfRun(folder: string, project: string | undefined): Promise<string> {
  const { configPath } = await readRunFile(folder);
  if (!project && !configPath)
    throw new ModalkitError('USAGE', `${folder}: the run names no config file; name its project with --project.`);
  return findConfig(project ?? resolve(folder, configPath!));
}

/** Composes a run's project with the fusion that it was trained with, and further changes. */
export async function runtimeOfRun(
  folder: string,
  configPath: string,
  change: (config: Config) => Config = (config) => config,
): Promise<Runtime> {
  const fusion = await fusionOfRun(folder);
  return loadProject(configPath, (config) => change(fusion(config)));
}
