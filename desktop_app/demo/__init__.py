"""A demo workspace: an invented office-supply chain, worked on by a simulated team.

Everything goes through the services, each user acting on simulated days, so that journal,
timelines and figures are what real work would leave behind.
"""

from desktop_app.demo.making import Made, make_demo
from desktop_app.demo.removal import remove_demo

__all__ = ["Made", "make_demo", "remove_demo"]
