import 'reflect-metadata';
import { ModalkitError, type Plugin, type Scope, type Token } from '@modalkit/contract';
import { container, type DependencyContainer } from 'tsyringe';
import { reasonOf } from '../data/failure.js';
import { inHook } from './hook-marks.js';
import { callHook } from './named-hooks.js';
import { withLimit } from './with-limit.js';

/** One container for a project and a child of it for each plugin, disposed in reverse order. */
export class ProjectScope {
  private readonly shared: DependencyContainer = container.createChildContainer();
  private readonly releases: { slot: string; release: () => void | Promise<void> }[] = [];
  private readonly plugins = new Map<string, string>();
  private readonly provided: { slot: string; plugin: string; token: Token<unknown>; get: () => unknown }[] = [];

  /** Runs a plugin's setup in a scope of its own. */
  setup(slot: string, plugin: Plugin): void {
    const own = this.shared.createChildContainer();
    this.plugins.set(slot, plugin.id);
    const scope: Scope = {
      slot,
      provide: (token, factory) => {
        const owner = { slot, plugin: plugin.id };
        const make = () => callHook(owner, `making its ${token.name}`, factory);
        const get = once(`${plugin.id} (${slot})`, token, make);
        this.provided.push({ slot, plugin: plugin.id, token, get });
        this.shared.register(token.key, { useFactory: get });
      },
      keep: (token, factory) => {
        own.register(token.key, { useFactory: once(`${plugin.id} (${slot})`, token, factory) });
      },
      get: (token) => resolve(own, token, `${plugin.id} (${slot})`),
      onDispose: (release) => {
        this.releases.push({ slot, release });
      },
    };
    plugin.setup(scope);
  }

  /** What the plugin of a slot provides under a token, or undefined. */
  ofSlot<T>(slot: string, token: Token<T>): T | undefined {
    return this.provided.find((entry) => entry.slot === slot && entry.token.key === token.key)?.get() as T | undefined;
  }

  /** Everything provided under a token, in the order of composition. */
  all<T>(token: Token<T>): T[] {
    return this.provided.filter((entry) => entry.token.key === token.key).map((entry) => entry.get() as T);
  }

  /** Id of the plugin of a slot. */
  pluginOf(slot: string): string | undefined {
    return this.plugins.get(slot);
  }

  has(token: Token<unknown>): boolean {
    return this.shared.isRegistered(token.key);
  }

  onDispose(slot: string, release: () => void | Promise<void>): void {
    this.releases.push({ slot, release });
  }

  /**
   * Releases everything once, last registered first. A release that throws or takes more than `limitMs` is noted and
   * the rest goes on.
   * @throws ModalkitError PLUGIN that names all that failed
   */
  async dispose(limitMs = 5000): Promise<void> {
    const failures: string[] = [];
    for (const { slot, release } of this.releases.splice(0).reverse()) {
      try {
        const mark = { slot, plugin: this.plugins.get(slot) ?? slot, hook: 'dispose' };
        await withLimit(() => inHook(mark, release), limitMs);
      } catch (error) {
        failures.push(`${this.plugins.get(slot)} (${slot}): ${reasonOf(error)}`);
      }
    }
    this.shared.clearInstances();
    if (failures.length > 0)
      throw new ModalkitError('PLUGIN', `Disposing failed in ${failures.join('; ')}.`, { failures });
  }
}

function resolve<T>(from: DependencyContainer, token: Token<T>, who: string): T {
  if (!from.isRegistered(token.key, true)) {
    throw new ModalkitError(
      'COMPOSE',
      `${who}: nothing provides "${token.name}"; add a plugin that does to \`plugins\`.`,
    );
  }
  return from.resolve<T>(token.key);
}

/** A memoizing factory that notices when it needs itself. */
function once<T>(who: string, token: Token<T>, factory: () => T): () => T {
  let state: 'new' | 'running' | 'made' = 'new';
  let value: T;
  return () => {
    if (state === 'running')
      throw new ModalkitError('COMPOSE', `${who}: "${token.name}" needs itself; break the cycle.`);
    if (state === 'new') {
      state = 'running';
      try {
        value = factory();
      } catch (error) {
        state = 'new';
        throw error;
      }
      state = 'made';
    }
    return value;
  };
}
