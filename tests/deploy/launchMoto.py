"""Starts moto's server. What moto lacks is written in docs/deploy.md, "Against moto"."""

import sys

from moto.awslambda.models import LambdaStorage
from moto.cloudformation import models
from moto.server import main

# It asks cfn-lint about each template, and takes warnings for errors. `npm test -- template` asks it.
models.validate_template_cfn_lint = lambda _template: []

# It makes no aliases in CloudFormation: who may call an alias may call its function.
find = LambdaStorage.get_function_by_name_or_arn_with_qualifier
LambdaStorage.get_function_by_name_or_arn_with_qualifier = (
    lambda self, name, qualifier=None: find(self, name.removesuffix(":live"), qualifier)
)

main(sys.argv[1:])
