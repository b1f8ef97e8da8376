import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A camera on the network: an RTSP server (RFC 2326) on loopback that sends a test picture of ffmpeg over TCP. */
export class RtspServer {
  private readonly players = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));
  private readonly packets = createSocket('udp4');
  private camera: ChildProcess | undefined;

  /** @param sdp file that ffmpeg writes its description to */
  constructor(private readonly sdp: string) {
    this.packets.on('message', (packet) => {
      const header = Buffer.from([36, 0, packet.length >> 8, packet.length & 255]);
      for (const player of this.players) player.write(Buffer.concat([header, packet]));
    });
  }

  /** Returns the address. */
  async start(): Promise<string> {
    this.packets.bind(0, '127.0.0.1');
    this.server.listen(0, '127.0.0.1');
    await Promise.all([once(this.packets, 'listening'), once(this.server, 'listening')]);
    const source = [
      '-re',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x48:rate=25',
      '-c:v',
      'libx264',
      '-tune',
      'zerolatency',
    ];
    const target = ['-g', '5', '-f', 'rtp', '-sdp_file', this.sdp, `rtp://127.0.0.1:${this.packets.address().port}`];
    this.camera = spawn('ffmpeg', ['-nostdin', '-v', 'quiet', ...source, ...target], { stdio: 'ignore' });
    while (!existsSync(this.sdp)) await sleep(20);
    return `rtsp://127.0.0.1:${(this.server.address() as AddressInfo).port}/camera`;
  }

  /** Drops all players, as when the network fails. */
  hangUp(): void {
    for (const player of this.players) player.destroy();
  }

  stop(): void {
    this.camera?.kill('SIGKILL');
    this.hangUp();
    this.server.close();
    this.packets.close();
  }

  private serve(socket: Socket): void {
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => this.players.delete(socket));
    socket.on('data', (data) => {
      const requests = (text + data.toString('latin1')).split('\r\n\r\n');
      text = requests.pop()!;
      for (const request of requests) this.answer(socket, request);
    });
  }

  private answer(socket: Socket, request: string): void {
    const [method] = request.split(' ');
    const reply = (headers: readonly string[], body = '') =>
      socket.write(['RTSP/1.0 200 OK', /CSeq: \d+/i.exec(request)![0], ...headers, '', body].join('\r\n'));
    if (method === 'DESCRIBE') {
      const body = `${readFileSync(this.sdp, 'utf8').replace(/^SDP:\s*/, '')}a=control:track1\r\n`;
      reply(['Content-Type: application/sdp', `Content-Length: ${body.length}`], body);
    } else if (method === 'SETUP') reply(['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']);
    else reply(['Session: 1', 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
    if (method === 'PLAY') this.players.add(socket);
  }
}
