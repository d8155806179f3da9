"""The questionnaire engine: an XForm becomes a form, a form is filled in, answers come out.

Pure: no window, no database. `xform` reads a form, `filling` holds one interview, `generate`
answers at random; `xpath`, `rewriting`, `functions` evaluate the expressions of ODK XForms.
"""
