"""Starts moto's server. What moto lacks is written in docs/deploy.md, "Against moto"."""

import sys

from moto.cloudformation import models
from moto.server import main

# It asks cfn-lint about each template, and takes warnings for errors. `npm test -- template` asks it.
models.validate_template_cfn_lint = lambda _template: []

main(sys.argv[1:])
