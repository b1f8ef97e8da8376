import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { ModalkitError } from '@modalkit/contract';
import { renderPluginPage } from '@modalkit/report';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { PluginSession } from './plugin-session.js';

const LOOPBACK = '127.0.0.1';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a plugin's page, on loopback alone and to who names it so: `/`, `/state` as JSON, and `/events`, which tells of changes.
 * @throws ModalkitError USAGE when the port is taken
 */
export async function servePage(session: PluginSession, port: number): Promise<PageServer> {
  const app = pageApp(session);
  const server = serve({ fetch: app.fetch, hostname: LOOPBACK, port }) as Server;
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new ModalkitError('USAGE', `--port ${port}: ${error.code}; name another port, or 0 for any that is free.`);
  });
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pageApp(session: PluginSession): Hono {
  const app = new Hono();
  // a page from elsewhere whose name was made to lead here is turned away
  app.use(async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (hostname !== LOOPBACK && hostname !== 'localhost') return context.text('not served under this name', 403);
    await next();
    context.header('Cache-Control', 'no-store');
  });
  app.get('/', async (context) => context.html(await renderPluginPage(session.page())));
  app.get('/state', (context) => context.json(session.page()));
  app.get('/events', (context) =>
    streamSSE(context, async (stream) => {
      const tell = (event: 'change' | 'running') => void stream.writeSSE({ event, data: '' });
      const [change, running] = [() => tell('change'), () => tell('running')];
      session.on('change', change).on('running', running);
      if (context.req.query('seen') !== String(session.page().version)) change();
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      session.off('change', change).off('running', running);
    }),
  );
  return app;
}
