import type { EventSelector, GetEventSelectorsResponse } from '@aws-sdk/client-cloudtrail';
import type { Fact, ManagementEvents, Trail } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

/** The trails at work in this region: its own, those of all regions, those of the organization. */
export async function readTrails(): Promise<Fact<readonly Trail[]>> {
  const { CloudTrailClient, DescribeTrailsCommand, GetEventSelectorsCommand, GetTrailStatusCommand } = await import(
    '@aws-sdk/client-cloudtrail'
  );
  const client = new CloudTrailClient(CLIENT);
  return ask('cloudtrail:DescribeTrails', async () => {
    const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
    return Promise.all(
      trailList.map(async (trail): Promise<Trail> => {
        // A copy of another region's trail is known by its ARN alone.
        const arn = trail.TrailARN ?? trail.Name ?? '';
        const [status, management] = await Promise.all([
          ask('cloudtrail:GetTrailStatus', async () => {
            const found = await client.send(new GetTrailStatusCommand({ Name: arn }));
            return {
              logging: found.IsLogging ?? false,
              delivered: found.LatestDeliveryTime?.getTime() ?? null,
              error: found.LatestDeliveryError ?? '',
            };
          }),
          ask('cloudtrail:GetEventSelectors', async () =>
            managementEvents(await client.send(new GetEventSelectorsCommand({ TrailName: arn }))),
          ),
        ]);
        return {
          name: trail.Name ?? arn,
          arn,
          bucket: trail.S3BucketName ?? '',
          multiRegion: trail.IsMultiRegionTrail ?? false,
          organization: trail.IsOrganizationTrail ?? false,
          status,
          management,
        };
      }),
    );
  });
}

/** Which management events selectors let through; a trail without any logs them all. */
export function managementEvents({
  AdvancedEventSelectors: advanced = [],
  EventSelectors: basic = [],
}: GetEventSelectorsResponse): ManagementEvents {
  if (advanced.length === 0 && basic.length === 0) return 'all';
  const halves = [
    ...basic
      .filter(({ IncludeManagementEvents: included }: EventSelector) => included ?? true)
      .map(({ ReadWriteType = 'All' }) => ReadWriteType),
    ...advanced
      .map(({ FieldSelectors = [] }) => new Map(FieldSelectors.map(({ Field, Equals = [] }) => [Field, Equals])))
      .filter((fields) => fields.get('eventCategory')?.includes('Management'))
      .map((fields) => ({ true: 'ReadOnly', false: 'WriteOnly' })[fields.get('readOnly')?.[0] ?? ''] ?? 'All'),
  ];
  const reads = halves.some((half) => half !== 'WriteOnly');
  const writes = halves.some((half) => half !== 'ReadOnly');
  return reads && writes ? 'all' : reads ? 'read' : writes ? 'write' : 'none';
}
