import type { Json, JsonObject } from './session.ts';

/** An API call without its caller: what a record says of the action itself. */
export interface Call {
  /** Service prefix: `ec2` stands for `ec2.amazonaws.com`. */
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly params: Json;
  readonly response: Json;
  /** A failed sign-in has a message and an empty code; every other error has both. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly resources?: readonly JsonObject[];
  readonly additional?: JsonObject;
  readonly category?: 'Data' | 'NetworkActivity';
  readonly type?: string;
  readonly apiVersion?: string;
  /** Host that the client called, where it is not `<service>.<region>.amazonaws.com`. */
  readonly host?: string;
  /** Served from us-east-1 whatever the caller's region: IAM, STS's global endpoint, Organizations. */
  readonly global?: boolean;
  /** Keys at the top of the record that only this call has. */
  readonly top?: JsonObject;
}

type Extra = Omit<Partial<Call>, 'service' | 'name' | 'readOnly' | 'params'>;

/** A call that only reads; its response is not recorded. */
export function read(service: string, name: string, params: Json = null, extra: Extra = {}): Call {
  return { service, name, readOnly: true, params, response: null, ...extra };
}

/** A call that changes something. */
export function write(service: string, name: string, params: Json, response: Json = null, extra: Extra = {}): Call {
  return { service, name, readOnly: false, params, response, ...extra };
}

/** The same call, refused for want of rights. `arn` is the caller's. */
export function denied(call: Call, arn: string, resource = '*'): Call {
  const action = `${call.service}:${call.name.replace(/\d{8}(v\d)?$/, '')}`;
  const because =
    resource === '*' ? 'because no identity-based policy allows the' : 'with an explicit deny in a service control policy for the';
  const ec2 = call.service === 'ec2';
  return {
    ...call,
    response: null,
    error: {
      code: ec2 ? 'Client.UnauthorizedOperation' : 'AccessDenied',
      message: ec2
        ? `You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`
        : `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because} ${action} action`,
    },
  };
}

/** The same call, failed for another reason. */
export function failed(call: Call, code: string, message: string): Call {
  return { ...call, response: null, error: { code, message } };
}
