"""The addresses of settling, signing and certificates, and of the gate."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from xacthuc_server.desk import cases, certificates, classes, gate, signing

DOES = "|".join(cases.DOES)

urlpatterns: list[URLPattern] = [
    path("work/", cases.show_work, name="work"),
    path("cases/<int:case_id>/", cases.show_case, name="case"),
    path("cases/<int:case_id>/candidates/", cases.show_candidates, name="candidates"),
    re_path(rf"^cases/(?P<case_id>[0-9]{{1,18}})/(?P<what>{DOES})/$", cases.act, name="act"),
    path("classes/", classes.show_classes, name="classes"),
    path("classes/draw/", classes.draw, name="draw"),
    path("reviews/<int:review_id>/", classes.show_review, name="review"),
    path("reviews/<int:review_id>/look/", classes.look, name="look"),
    path("reviews/<int:review_id>/sign/", classes.sign, name="sign_class"),
    path("signing/", signing.show_signing, name="signing"),
    path("signing/sign/", signing.sign, name="sign_doses"),
    path("commune-list/", signing.show_list, name="commune_list"),
    path("commune-list/sign/", signing.sign_list, name="sign_list"),
    path("people/<int:person_id>/certificates/", certificates.show_certificates, name="certificates"),
    path("people/<int:person_id>/correction/", certificates.ask_correction, name="ask_correction"),
    path("certificates/<int:certificate_id>.pdf", certificates.print_certificate, name="print_certificate"),
    path("gate/", gate.show_gate, name="gate"),
    path("gate/<path:name>", gate.show_gate, name="gate_file"),
]
