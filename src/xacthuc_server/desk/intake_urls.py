"""The addresses of records on their way in, and of people."""

from __future__ import annotations

from django.urls import URLPattern, path

from xacthuc_server.desk import entering, people, uploads

urlpatterns: list[URLPattern] = [
    path("uploads/", uploads.show_uploads, name="uploads"),
    path("uploads/<uuid:upload_id>/", uploads.show_upload, name="upload"),
    path("uploads/<uuid:upload_id>/progress/", uploads.show_progress, name="upload_progress"),
    path("uploads/<uuid:upload_id>/cells/", uploads.show_cells, name="upload_cells"),
    path("uploads/<uuid:upload_id>/mend/", uploads.mend, name="upload_mend"),
    path("uploads/<uuid:upload_id>/annotated/", uploads.annotate, name="upload_annotated"),
    path("people/", people.show_search, name="people"),
    path("people/<int:person_id>/", people.show_person, name="person"),
    path("people/<int:person_id>/answer/", people.show_answer, name="person_answer"),
    path("people/enter/", entering.enter, name="enter"),
    path("people/waiting/", people.show_waiting, name="waiting"),
]
