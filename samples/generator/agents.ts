/** User agents as clients really write them. */
export const BROWSERS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
] as const;

/** The browser of a phone. */
export const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';

export const CLI_MAC =
  'aws-cli/2.28.21 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython m/Z,b,E cfg/retry-mode#standard md/installer#exe sid/8f1d2c4e90ab md/prompt#off';
export const CLI_LINUX =
  'aws-cli/2.27.49 md/awscrt#0.26.1 ua/2.1 os/linux#6.12.40 md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython m/b,Z cfg/retry-mode#standard md/installer#exe md/distrib#debian.13 md/prompt#off';
export const CLI_KALI =
  'aws-cli/2.23.6 md/awscrt#0.23.8 ua/2.0 os/linux#6.12.13-amd64 md/arch#x86_64 lang/python#3.13.3 md/pyimpl#CPython cfg/retry-mode#standard md/installer#source md/distrib#kali.2025 md/prompt#off';
export const BOTO =
  'Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux#5.10.240-238.955.amzn2.x86_64 md/arch#x86_64 lang/python#3.13.5 md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 m/Z,b cfg/retry-mode#legacy Botocore/1.40.21';
export const BOTO_PLAIN =
  'Boto3/1.38.9 md/Botocore#1.38.9 ua/2.1 os/linux#6.8.0-71-generic md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.38.9';
export const NODE_SDK =
  'aws-sdk-js/3.873.0 ua/2.1 os/linux#5.10.240-238.959.amzn2.aarch64 lang/js md/nodejs#24.5.0 api/s3#3.873.0 exec-env/AWS_Lambda_nodejs24.x m/E,e';
export const JAVA_SDK =
  'aws-sdk-java/2.32.29 md/io#async md/http#NettyNio ua/2.1 api/S3#2.32.x os/Linux#5.10.240-238.955.amzn2.x86_64 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM#21.0.8+9-LTS md/vendor#Amazon.com_Inc. md/en_US m/D,N';
export const GO_SDK = 'aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.246.0 m/E,g';
export const SSM_AGENT = 'aws-sdk-go/1.55.7 (go1.23.8; linux; arm64) amazon-ssm-agent/3.3.2299.0';
export const TERRAFORM =
  'APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.11.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.246.0';
export const ACTIONS =
  'configure-aws-credentials-for-github-actions aws-sdk-js/3.864.0 ua/2.1 os/linux#6.11.0-1018-azure lang/js md/nodejs#20.19.4 api/sts#3.864.0';
export const ACTIONS_CLI =
  'aws-cli/2.28.13 md/awscrt#0.27.6 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython exec-env/GitHubActions m/Z,b cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24';
