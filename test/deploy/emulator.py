"""Starts MiniStack with the little that it lacks, so that the templates are deployed as they are and the functions have no more than their roles.

Seen with MiniStack 1.5.33:
- A template is refused whole if it has a resource type that CloudFormation there does not know, such as a trail, or an alarm on metric math.
- IAM is asked for ses:SendEmail on "*", without a sender; AWS asks for it on the sender's identity, with the condition key ses:FromAddress.
"""

import json
from email.utils import parseaddr

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail
from ministack.services.cloudformation import provisioners


def answer_of(operation, request):
    status, _headers, body = operation(request)
    if status >= 400:
        raise ValueError(f"AWS::CloudTrail::Trail: {body.decode()}")
    return json.loads(body)


def create_trail(logical_id, properties, stack_name):
    """Makes the trail in MiniStack's own CloudTrail service, which has trails but no resource type for them."""
    name = properties.get("TrailName") or provisioners._physical_name(stack_name, logical_id, max_len=128)
    arn = answer_of(cloudtrail._create_trail, {**properties, "Name": name})["TrailARN"]
    if str(properties["IsLogging"]).lower() == "true":
        answer_of(cloudtrail._start_logging, {"Name": name})
    return name, {"Arn": arn}


def delete_trail(physical_id, _properties):
    answer_of(cloudtrail._delete_trail, {"Name": physical_id})


def create_alarm(logical_id, properties, stack_name):
    """Accepts an alarm on metric math and leaves it at that: MiniStack could not evaluate it."""
    if not properties.get("Metrics"):
        return create_plain_alarm(logical_id, properties, stack_name)
    name = properties.get("AlarmName") or provisioners._physical_name(stack_name, logical_id, max_len=255)
    return name, {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}


def allow_email(method, path, headers, body, query_params, request_id):
    """Asks IAM for what AWS would ask: sending one mail, from its sender's identity."""
    if (method, path) != ("POST", "/v2/email/outbound-emails"):
        return allow_other_email(method, path, headers, body, query_params, request_id)
    sender = parseaddr(json.loads(body)["FromEmailAddress"])[1]
    identity = f"arn:aws:ses:{get_region()}:{get_account_id()}:identity/{sender}"
    return app._enforce_data_plane(
        "sesv2",
        "ses:SendEmail",
        headers,
        query_params,
        request_id,
        resource_arn=identity,
        service_context={"ses:fromaddress": sender},
        named_resource=identity,
    )


handlers = provisioners._RESOURCE_HANDLERS
handlers["AWS::CloudTrail::Trail"] = {"create": create_trail, "delete": delete_trail}
create_plain_alarm = handlers["AWS::CloudWatch::Alarm"]["create"]
handlers["AWS::CloudWatch::Alarm"]["create"] = create_alarm
allow_other_email = app._enforce_ses_v2
app._enforce_ses_v2 = allow_email
# Over TLS it would listen on port 443 too.
app._port_is_bindable = lambda _host, _port: False

if __name__ == "__main__":
    app.main()
