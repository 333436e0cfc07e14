/** The monitoring controls of the CIS AWS Foundations Benchmark v3.0, section 4, in order. */
export const CONTROLS: readonly { readonly id: string; readonly title: string }[] = [
  { id: '4.1', title: 'Unauthorized API calls' },
  { id: '4.2', title: 'Console sign-in without MFA' },
  { id: '4.3', title: 'Use of the root account' },
  { id: '4.4', title: 'IAM policy changes' },
  { id: '4.5', title: 'CloudTrail configuration changes' },
  { id: '4.6', title: 'Console authentication failures' },
  { id: '4.7', title: 'Customer keys disabled or scheduled for deletion' },
  { id: '4.8', title: 'S3 bucket policy changes' },
  { id: '4.9', title: 'AWS Config changes' },
  { id: '4.10', title: 'Security group changes' },
  { id: '4.11', title: 'Network ACL changes' },
  { id: '4.12', title: 'Network gateway changes' },
  { id: '4.13', title: 'Route table changes' },
  { id: '4.14', title: 'VPC changes' },
  { id: '4.15', title: 'AWS Organizations changes' },
  { id: '4.16', title: 'Security Hub disabled' },
];

const BITS = new Map(CONTROLS.map(({ id }, bit) => [id, 1 << bit]));

/** The bit of a control in a mask of {@link CONTROLS}, 0 for a control that is not among them. */
export function controlBit(id: string): number {
  return BITS.get(id) ?? 0;
}

/** Ids of the controls in a mask. */
export function controlIds(mask: number): string[] {
  const ids: string[] = [];
  for (const [bit, { id }] of CONTROLS.entries()) if (mask & (1 << bit)) ids.push(id);
  return ids;
}
