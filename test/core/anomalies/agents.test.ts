import fc from 'fast-check';
import { agentFamily } from '../../../core/anomalies/agents.ts';

const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15';
const CHROME = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36';
const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.11.0 aws-sdk-go-v2/1.38.1 ua/2.1 os/linux';

test.each<[family: string, userAgent: string]>([
  ['aws-cli', 'aws-cli/2.27.49 md/awscrt#0.26.1 ua/2.1 os/linux#6.12.40 md/arch#x86_64 lang/python#3.13.4 md/distrib#debian.13'],
  ['aws-cli', '[aws-cli/1.18.136 Python/3.8.5 Darwin/19.5.0 botocore/1.17.59]'],
  ['aws-cli on kali', 'aws-cli/2.23.6 md/awscrt#0.23.8 ua/2.0 os/linux#6.12.13-amd64 md/distrib#kali.2025 md/prompt#off'],
  ['boto3', 'Boto3/1.38.9 md/Botocore#1.38.9 ua/2.1 os/linux#6.8.0-71-generic lang/python#3.12.3 Botocore/1.38.9'],
  ['botocore', 'Botocore/1.38.9 ua/2.1 os/linux'],
  ['terraform', TERRAFORM],
  ['terraform', `[${TERRAFORM}]`],
  ['aws-sdk-go', 'aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.6'],
  ['aws-sdk-go', 'aws-sdk-go/1.40.21 (go1.17; linux; amd64) exec-env/AWS_Lambda_go1.x'],
  ['ssm-agent', 'aws-sdk-go/1.55.7 (go1.23.8; linux; arm64) amazon-ssm-agent/3.3.2299.0'],
  ['aws-sdk-java', 'aws-sdk-java/2.32.29 md/io#async md/http#NettyNio ua/2.1'],
  ['aws-sdk-js', 'aws-sdk-nodejs/2.1692.0 linux/v20.11.0 promise'],
  ['github-actions', 'configure-aws-credentials-for-github-actions aws-sdk-js/3.864.0 ua/2.1'],
  ['cloudshell', 'aws-cli/2.31.1 md/awscrt#0.27.6 ua/2.1 os/linux exec-env/CloudShell'],
  ['powershell', 'AWSPowerShell.Common/4.1.2 .NET_Core/8.0 OS/Linux'],
  ['s3browser', 'S3 Browser/11.6.7 (https://s3browser.com)'],
  ['chrome', CHROME],
  ['edge', `${CHROME} Edg/139.0.0.0`],
  ['firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0'],
  ['safari', SAFARI],
  ['browser', 'Mozilla'],
  ['console', 'console.amazonaws.com'],
  ['console', 'console.ec2.amazonaws.com'],
  ['console', 'signin.amazonaws.com'],
  ['console', '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.184 vendor/Oracle_Corporation cfg/retry-mode/standard]'],
  ['console', 'RDS Console, aws-internal/3 aws-sdk-java/1.11.975 Linux/5.10.184'],
  ['', 'AWS Internal'],
  ['', 'aws-internal/3 aws-sdk-java/1.12.124 Linux/4.9.273'],
  ['', 'secretsmanager.amazonaws.com'],
  ['', 'cloudformation.amazonaws.com'],
  ['', ''],
  ['', '-'],
  ['aws-cli', `${' '.repeat(2000)}aws-cli/2.0`],
  ['curl', 'curl/8.5.0'],
  ['stratus-red-team', 'stratus-red-team_ea782787-a65d-4fc4-9fca-1c97869a9a25'],
  ['my-tool', 'my-tool 20260901 build 7'],
  ['my-tool', 'my-tool/20260901'],
  ['exampleagent', 'ExampleAgent'],
  ['other', '<script>alert(1)</script>'],
  ['other', 'größe'.slice(2)],
  ['other', '12345'],
  ['constructor', 'constructor'],
])('%s: %s', (family, userAgent) => {
  expect(agentFamily(userAgent)).toBe(family);
  expect(agentFamily(userAgent)).toBe(family);
});

test('a family is short and plain whatever the client says', () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }));
  fc.assert(fc.property(anyText, (text) => expect(agentFamily(text)).toMatch(/^[a-z0-9 ._-]{0,48}$/)));
});

test('versions and ids make no families', () => {
  const families = new Set(
    Array.from({ length: 10_000 }, (_, i) => agentFamily(`sweeper_${(i * 7919).toString(16).padStart(8, '0')}/${i}`)),
  );
  expect(families.size).toBeLessThan(60);
});

test('a text of a megabyte is looked at no further than its beginning', () => {
  const long = ['aws-cli/2.0 ', '- ', 'a', '.', ' '].map((text) => text.repeat(Math.ceil(1_000_000 / text.length)));
  const started = process.hrtime.bigint();
  expect(long.map(agentFamily)).toEqual(['aws-cli', 'other', 'a'.repeat(32), 'other', '']);
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(1000);
});
