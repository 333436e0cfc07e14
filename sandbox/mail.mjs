// SES v2 on the loopback address alone; prints its port as a JSON line and ends when its standard input does.
process.stdin.resume();
process.stdin.once('close', () => process.exit(0));

process.env.AWS_SES_ACCOUNT ??= JSON.stringify({
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: 'EN',
    MailType: 'TRANSACTIONAL',
    ReviewDetails: { CaseId: '1', Status: 'GRANTED' },
    UseCaseDescription: 'alerts',
    WebsiteURL: 'https://example.com',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 50000, MaxSendRate: 14, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
});

const { default: module } = await import('aws-ses-v2-local');
const server = await (module.default ?? module)({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ mail: server.address().port }));
