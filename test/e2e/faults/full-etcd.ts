import { execa } from 'execa';
import type { Lab } from '../../../lab/lab.js';

/**
 * Fills the disk of the etcd that all API servers of a lab share, as far as they can tell: it has raised the alarm with
 * which it refuses to store anything more. Returns a function that takes the alarm back.
 */
export async function fillEtcd(lab: Pick<Lab, 'status'>): Promise<() => Promise<void>> {
  const etcd = lab.status().processes.find(({ name }) => name === 'etcd');
  const { stdout } = await execa('ps', ['-o', 'args=', '-p', String(etcd?.pid)]);
  const url = /--listen-client-urls=(\S+)/.exec(stdout)?.[1];
  const alarm = async (action: 'ACTIVATE' | 'DEACTIVATE') => {
    const body = JSON.stringify({ action, memberID: 0, alarm: 'NOSPACE' });
    const answer = await fetch(`${url}/v3/maintenance/alarm`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${body}: ${await answer.text()}`);
  };
  await alarm('ACTIVATE');
  return () => alarm('DEACTIVATE');
}
