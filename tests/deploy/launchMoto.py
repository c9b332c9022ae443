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

# A change set leaves the outputs of its stack as they were.
apply = models.ChangeSet.apply


def apply_with_outputs(self):
    apply(self)
    self.stack.template_dict = self.template_dict
    self.stack.output_map = self.stack._create_output_map()


models.ChangeSet.apply = apply_with_outputs

main(sys.argv[1:])
