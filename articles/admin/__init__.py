"""The editors' door."""

from django.contrib import admin

from articles.admin import article, correction, publisher, reader, story, suggestion, tag

__all__ = ["article", "correction", "publisher", "reader", "story", "suggestion", "tag"]

admin.site.site_header = "Daily8 newsroom"
admin.site.site_title = "Daily8"
admin.site.index_title = "What would you like to look after?"
