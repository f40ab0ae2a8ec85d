"""`report.html`: one self-contained page, made from the document that report.json holds."""

from upsertspec.report.page.render import page as page
from upsertspec.report.page.render import write as write
