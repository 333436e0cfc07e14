import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FUNCTIONS } from '../functions.ts';
import { count, largest, oldest, waiting } from '../metrics.ts';
import type { Alarms, Watched } from './alarms.ts';

interface PipelineDashboardProps extends Watched {
  readonly dashboardName: string;
  readonly alarms: Alarms;
}

const FIVE_MINUTES = Duration.minutes(5);

/** The pipeline at a glance: alarms above, then from the way in to the way out. */
export class PipelineDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { dashboardName, alarms, ...watched }: PipelineDashboardProps) {
    super(scope, id, { dashboardName, defaultInterval: Duration.days(1) });
    const { functions, every } = watched;
    this.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: 24, height: 3 }));
    const perRun = (...names: string[]) => names.map((name) => count('score', name, every));
    this.addWidgets(
      graph('Records', perRun('Records', 'LiveRecords', 'Events', 'Duplicates', 'Rejects', 'Late', 'Future')),
      graph('Signals and incidents', perRun('Signals', 'Incidents')),
      graph('Lag (seconds)', [largest('score', 'LagSeconds', every), largest('score', 'DeliverySeconds', every)]),
    );
    this.addWidgets(
      graph(
        'Objects refused or not read',
        ['FileRejects', 'ObjectFailures'].map((name) => count('parse', name, FIVE_MINUTES)),
      ),
      graph('Queues (messages)', [
        waiting(watched.ingestQueueName, FIVE_MINUTES).with({ label: 'to parse' }),
        waiting(watched.ingestDlqName, FIVE_MINUTES).with({ label: 'unreadable' }),
        waiting(watched.alertDlqName, FIVE_MINUTES).with({ label: 'alerts given up' }),
        waiting(watched.scheduleDlqName, FIVE_MINUTES).with({ label: 'ticks given up' }),
      ]),
      graph('Oldest message (seconds)', [oldest(watched.ingestQueueName, FIVE_MINUTES)]),
    );
    this.addWidgets(
      graph(
        'Mails and findings',
        ['Mails', 'Findings', 'AlertFailures', 'HubOff'].map((name) => count('alert', name, FIVE_MINUTES)),
      ),
      graph('Runs', perRun('Runs', 'RunFailures', 'PutsRefused')),
      graph('Run (milliseconds)', [largest('score', 'RunMilliseconds', every)]),
    );
    const ofEach = (metric: (name: (typeof FUNCTIONS)[number]) => IMetric) => FUNCTIONS.map(metric);
    this.addWidgets(
      graph(
        'Errors',
        ofEach((label) => functions[label].metricErrors({ period: FIVE_MINUTES, label })),
      ),
      graph(
        'Throttles',
        ofEach((label) => functions[label].metricThrottles({ period: FIVE_MINUTES, label })),
      ),
      graph(
        'Duration (milliseconds)',
        ofEach((label) => functions[label].metricDuration({ period: FIVE_MINUTES, label, statistic: 'max' })),
      ),
    );
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0, showUnits: false } });
}
