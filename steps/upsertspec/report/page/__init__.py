"""`report.html`: one self-contained page, made from report.json."""

from upsertspec.report.page.render import page as page
from upsertspec.report.page.render import write as write
