/** Signs nothing, but says in the header where the request belongs: that is what the stand-ins look at. */
function credential(service: string, region: string): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=sandbox/20260101/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`,
    'x-amz-date': '20260101T000000Z',
  };
}

/** A refusal by a service: `type` is AWS's name for it. */
export class AwsRefusal extends Error {
  override readonly name = 'AwsRefusal';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const PREFIX: Readonly<Record<string, string>> = {
  dynamodb: 'DynamoDB_20120810',
  dynamodbstreams: 'DynamoDBStreams_20120810',
  sqs: 'AmazonSQS',
};

/** A call in AWS's JSON protocol. @throws AwsRefusal when the service refuses it. */
export async function awsJson<T>(
  where: { readonly endpoint: string; readonly region: string },
  service: 'dynamodb' | 'dynamodbstreams' | 'sqs',
  operation: string,
  input: unknown,
): Promise<T> {
  const response = await fetch(where.endpoint, {
    method: 'POST',
    headers: {
      ...credential(service === 'sqs' ? 'sqs' : 'dynamodb', where.region),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${PREFIX[service]}.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const output = (await response.json()) as T & { readonly __type?: string; readonly message?: string; readonly Message?: string };
  if (!response.ok) {
    const type = (output.__type ?? String(response.status)).replace(/^.*#/, '');
    throw new AwsRefusal(type, `${service} ${operation}: ${type} ${output.message ?? output.Message ?? ''}`);
  }
  return output;
}

/** A call to S3, path style. @throws AwsRefusal for every answer that is neither 2xx nor allowed. */
export async function awsS3(
  where: { readonly endpoint: string; readonly region: string },
  method: 'GET' | 'PUT' | 'DELETE' | 'HEAD',
  path: string,
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const response = await fetch(`${where.endpoint}/${path}`, {
    method,
    headers: { ...credential('s3', where.region), 'content-type': 'application/octet-stream' },
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) {
    const text = await response.text();
    const type = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? String(response.status);
    throw new AwsRefusal(type, `s3 ${method} ${path}: ${type} ${/<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? ''}`);
  }
  return response;
}

/** A key as it stands in a URL's path. */
export function keyPath(key: string): string {
  return key
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');
}
